import { type ErrorCode, errors } from '@tshub/contract';
import { germanErrors } from './de-errors.ts';
import { germanProblems } from './de-problems.ts';
import { germanReasons } from './de-reasons.ts';
import { type Language, language } from './language.ts';

/** English sentences of tshub with what they are in another language; `{name}` is taken over as it is, `{>name}` is itself translated. */
export type Sayings = Readonly<Record<string, string>>;
/** What errors say whose sentence is their own; of the others only the problem is said. */
export type ErrorSayings = Readonly<Record<ErrorCode, string>>;

interface Saying {
  /** The fixed pieces between the names. */
  readonly pieces: readonly string[];
  readonly names: readonly string[];
  readonly other: string;
}

/** Longer than any sentence of ours. */
const longest = 1000;
const name = /\{(\w+)\}/;

/** Each language but the one that all sentences are written in. */
const known: Readonly<Record<Exclude<Language, 'en'>, readonly Saying[]>> = {
  de: read({ ...errorSentences(germanErrors), ...germanProblems, ...germanReasons }),
};

/**
 * What another part of tshub said or wrote down, in the reader's language; as it stands if nobody has translated it.
 * Daemons, the database and the API speak English: sentences are told apart by their fixed words, here, where they are shown.
 */
export function translated(text: string): string {
  const reader = language();
  return reader === 'en' || text.length > longest ? text : say(known[reader], text);
}

function say(sayings: readonly Saying[], text: string): string {
  for (const { pieces, names, other } of sayings) {
    const found = match(pieces, text);
    if (found === null) continue;
    return other.replace(/\{(>?)(\w+)\}/g, (_, isOurs: string, key: string) => {
      const value = found[names.indexOf(key)] ?? '';
      // A part is shorter than the whole: this comes to an end.
      return isOurs === '' ? value : say(sayings, value);
    });
  }
  return text;
}

/** What stands between the pieces; null if they are not there. Never goes back: time grows with the text and no faster. */
function match(pieces: readonly string[], text: string): readonly string[] | null {
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return text === first ? [] : null;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const piece of rest) {
    const next = text.indexOf(piece, at + 1);
    if (next === -1) return null;
    values.push(text.slice(at, next));
    at = next + piece.length;
  }
  const end = text.length - last.length;
  return end <= at ? null : [...values, text.slice(at, end)];
}

/** Sentences with more words of their own come first. */
function read(sayings: Sayings): readonly Saying[] {
  const split = Object.entries(sayings).map(([english, other]) => {
    const parts = english.split(name);
    return {
      pieces: parts.filter((_, at) => at % 2 === 0),
      names: parts.filter((_, at) => at % 2 === 1),
      other,
    };
  });
  const own = ({ pieces }: Saying): number => pieces.join('').length;
  return split.filter((saying) => own(saying) > 0).toSorted((left, right) => own(right) - own(left));
}

function errorSentences(table: ErrorSayings): Sayings {
  return Object.fromEntries(Object.entries(errors).map(([code, { says }]) => [says, table[code as ErrorCode]]));
}
