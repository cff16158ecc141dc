import type { InUse } from './in-use.ts';
import { loadSettings } from './load.ts';
import type { Settings } from './schema.ts';

/** What stands where a secret is. */
export const hidden = '(hidden)';
/** The same of one that is not what the files say. */
const changed = '(hidden,changed)';
/** The same of one that somebody compares with what is in use. */
const given = '(hidden,given)';

/** What a daemon tells of its settings on the bus: as JSON, without secrets, and the keys of those that wait for a restart. */
export function tellInUse({ settings, waiting }: InUse, read: () => Settings = loadSettings): [string, string[]] {
  return [JSON.stringify(hideSecrets(settings, readOrNull(read), changed)), [...waiting]];
}

/** Settings for a comparison with what a daemon told: texts are the same where values are. `files` are those that it reads. */
export function hideForComparison(settings: Settings, files: Settings | null): unknown {
  return hideSecrets(settings, files, given);
}

/** Environments of programs, and the password of the tests' authenticator. */
export function isSecretive(name: string): boolean {
  return /^environment$|password$|secret$/i.test(name);
}

/** Without the passwords of addresses: `postgres://hub:PASSWORD@host`. */
export function hidePasswords(text: string, instead = hidden): string {
  return text.replace(/(:\/\/[^/\s:@"]*):[^/\s@"]*@/g, `$1:${instead}@`);
}

/** The settings in the files; null while these are broken: nothing is as they say, then. */
export function readOrNull(read: () => Settings = loadSettings): Settings | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/**
 * Settings with every secret hidden. Whether it is what the files say is told instead, since that alone shows nothing of it: from a
 * digest, salted or not, a short password is found by trying, and a comparison with what the asker sends is a place to try.
 */
function hideSecrets(value: unknown, file: unknown, otherwise: string, isSecret = false): unknown {
  const instead = (): string => (JSON.stringify(value) === JSON.stringify(file) ? hidden : otherwise);
  // None is no secret.
  if (value === undefined || value === '') return value;
  if (isTable(value)) {
    const before = isTable(file) ? file : {};
    const hide = (key: string, inner: unknown): unknown =>
      hideSecrets(inner, before[key], otherwise, isSecret || isSecretive(key));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(key, inner)]));
  }
  if (isSecret) return instead();
  if (Array.isArray(value)) return value.map((item, at) => hideSecrets(item, counterpart(file, item, at), otherwise));
  return typeof value === 'string' ? hidePasswords(value, instead()) : value;
}

/** What the files say of an entry of a list: that of the same name, or in the same place. */
function counterpart(list: unknown, item: unknown, at: number): unknown {
  if (!Array.isArray(list)) return undefined;
  const name = isTable(item) ? item['name'] : undefined;
  return name === undefined ? list[at] : list.find((one) => isTable(one) && one['name'] === name);
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
