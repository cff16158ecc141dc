import type { Settings } from './schema.ts';

/** What a daemon goes by: its settings, and the keys of those that it has read and that wait for a restart. */
export interface InUse {
  readonly settings: Settings;
  readonly waiting: readonly string[];
}

/** After a reload: the fresh settings, and for the keys that only a restart changes those from before. */
export function afterReload(before: Settings, fresh: Settings, waiting: readonly string[]): InUse {
  return { settings: keepWaiting(before, fresh, waiting), waiting };
}

/** Fresh settings, or some sections, with what was before under these keys. */
export function keepWaiting<S extends Partial<Settings>>(before: S, fresh: S, waiting: readonly string[]): S {
  const settings = structuredClone(fresh);
  for (const key of waiting) {
    const path = key.split('.');
    put(settings, path, valueAt(before, path));
  }
  return settings;
}

function valueAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], settings);
}

function put(settings: unknown, path: readonly string[], value: unknown): void {
  const table = valueAt(settings, path.slice(0, -1)) as Record<string, unknown> | undefined;
  const last = path.at(-1);
  if (table === undefined || last === undefined) return;
  if (value === undefined) delete table[last];
  else table[last] = value;
}
