import { type Language, language } from './languages/language.ts';
import { strings } from './strings.ts';

/** How numbers and times read on a page, in its reader's language. */

/** Formatters are dear to make: one of each kind for each language. */
function once<Made>(make: (language: Language) => Made): () => Made {
  const made = new Map<Language, Made>();
  return () => {
    const known = language();
    const one = made.get(known) ?? make(known);
    made.set(known, one);
    return one;
  };
}

const whole = once((known) => new Intl.NumberFormat(known, { useGrouping: false, maximumFractionDigits: 0 }));
const tenths = once((known) => new Intl.NumberFormat(known, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
const ago = once((known) => new Intl.RelativeTimeFormat(known));
const exact = once((known) => new Intl.DateTimeFormat(known, { dateStyle: 'medium', timeStyle: 'long' }));
const spans = {
  second: once((known) => spanOf(known, 'second')),
  minute: once((known) => spanOf(known, 'minute')),
  hour: once((known) => spanOf(known, 'hour')),
  day: once((known) => spanOf(known, 'day')),
};
type Unit = keyof typeof spans;

function spanOf(known: Language, unit: string): Intl.NumberFormat {
  return new Intl.NumberFormat(known, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'day' ? 'long' : 'short',
    maximumFractionDigits: 0,
  });
}

const sizeUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes: `312 MiB`, `1.5 GiB`. */
export function sayBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < sizeUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const number = unit > 0 && value < 10 ? tenths() : whole();
  return `${number.format(value)} ${unit === 0 ? strings.time.bytes : sizeUnits[unit]}`;
}

/** Seconds: `4 sec`, `12 min`, `3 hr`, `2 days`. */
export function saySeconds(seconds: number): string {
  const [count, unit] = inUnits(seconds);
  return spans[unit]().format(count);
}

/** `just now`, `12 minutes ago`; times in milliseconds. */
export function sayAgo(then: number, now: number): string {
  const seconds = Math.max(0, now - then) / 1000;
  return seconds < 60 ? strings.time.justNow : ago().format(-inUnits(seconds)[0], inUnits(seconds)[1]);
}

/** `in 12 minutes`, `in 3 days`; times in milliseconds. */
export function sayUntil(then: number, now: number): string {
  return ago().format(...inUnits(Math.max(0, then - now) / 1000));
}

/** A time to the second. */
export function sayExactly(at: number): string {
  return exact().format(at);
}

function inUnits(seconds: number): [number, Unit] {
  if (seconds < 60) return [Math.round(seconds), 'second'];
  if (seconds < 3600) return [Math.round(seconds / 60), 'minute'];
  if (seconds < 48 * 3600) return [Math.round(seconds / 3600), 'hour'];
  return [Math.round(seconds / 86_400), 'day'];
}
