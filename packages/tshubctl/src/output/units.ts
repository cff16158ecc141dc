/** How times and amounts read. Moments are milliseconds since 1970 as a bigint; 0 is never. */

export function isoTime(moment: bigint): string | null {
  return moment === 0n ? null : new Date(Number(moment)).toISOString();
}

/** `just now`, `5 min ago`, `3 h ago`, `12 d ago`, `never` */
export function ago(moment: bigint, now: number): string {
  if (moment === 0n) return 'never';
  const seconds = Math.max(0, (now - Number(moment)) / 1000);
  return seconds < 60 ? 'just now' : `${span(seconds)} ago`;
}

/** `45 s`, `5 min`, `3 h`, `12 d`: the largest unit that is not too coarse, rounded down. */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `512 B`, `1.5 GiB` */
export function bytes(count: bigint): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = Number(count);
  let step = 0;
  for (; value >= 1024 && step < names.length - 1; step += 1) value /= 1024;
  return `${step === 0 ? value : value.toFixed(1)} ${names[step]}`;
}
