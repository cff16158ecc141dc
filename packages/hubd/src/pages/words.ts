/** How numbers read on a page. */

const sizeUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes: `312 MiB`, `1.5 GiB`. */
export function sayBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < sizeUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${sizeUnits[unit]}`;
}

/** Seconds: `4 s`, `12 min`, `3 h`, `2 days`. */
export function saySeconds(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `just now`, `12 min ago`; times in milliseconds. */
export function sayAgo(then: number, now: number): string {
  const seconds = Math.max(0, now - then) / 1000;
  return seconds < 60 ? 'just now' : `${saySeconds(seconds)} ago`;
}

/** `in 12 min`, `in 3 days`; times in milliseconds. */
export function sayUntil(then: number, now: number): string {
  return `in ${saySeconds(Math.max(0, then - now) / 1000)}`;
}
