import { hidden, hideForComparison, hidePasswords, isSecretive, isTable } from './hide-secrets.ts';
import { originOf, type Origin } from './problem.ts';
import { schema, type Settings } from './schema.ts';

/** A key that the files set to something else than its default; values as JSON, '' for none. */
export interface NotDefault {
  readonly key: string;
  readonly value: string;
  readonly default: string;
  readonly file: string;
}

/** A key that two settings have different values for; values as JSON, '' for none. */
export interface Differing {
  readonly key: string;
  readonly files: string;
  readonly inUse: string;
}

/** What the files say that the defaults do not, in the order of the sections. */
export function notDefault(settings: Settings, origin: Origin): NotDefault[] {
  const defaults = flat(schema.parse({}));
  return [...flat(settings)].flatMap(([key, value]) => {
    const file = originOf(key.split('.'), origin, '');
    const before = defaults.get(key);
    if (file === '' || JSON.stringify(before) === JSON.stringify(value)) return [];
    return [{ key, value: shown(key, value), default: shown(key, before), file }];
  });
}

/**
 * Keys of these sections, sorted, that have another value in use than in these settings. What is in use has its secrets hidden, and
 * says whether they are what `files` say, the files that the daemons read.
 */
export function differing(
  settings: Settings,
  inUse: unknown,
  sections: readonly string[],
  files: Settings | null = settings,
): Differing[] {
  const [now, used] = [flat(hideForComparison(settings, files)), flat(inUse)];
  return [...new Set([...now.keys(), ...used.keys()])]
    .filter((key) => sections.includes(key.split('.')[0] ?? ''))
    .filter((key) => JSON.stringify(now.get(key)) !== JSON.stringify(used.get(key)))
    .toSorted()
    .map((key) => ({ key, files: shown(key, now.get(key)), inUse: shown(key, used.get(key)) }));
}

/** Dotted keys and their values. Lists are values; profiles go by their names. */
function flat(settings: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: readonly string[]): void => {
    if (path.length === 1 && path[0] === 'profiles' && Array.isArray(value))
      for (const one of value as readonly { name: string }[]) found.set(`profiles.${one.name}`, one);
    else if (isTable(value)) for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    else found.set(path.join('.'), value);
  };
  walk(settings, []);
  return found;
}

/** A value for the screen. Passwords have no place in the settings; whoever put one there should not find it in a terminal. */
function shown(key: string, value: unknown): string {
  if (value === undefined) return '';
  if (key.split('.').some(isSecretive)) return hidden;
  const text = JSON.stringify(value, (name, inner: unknown) => {
    if (inner === undefined || !isSecretive(name)) return inner;
    return isTable(inner) ? Object.fromEntries(Object.keys(inner).map((one) => [one, hidden])) : hidden;
  });
  return hidePasswords(text);
}
