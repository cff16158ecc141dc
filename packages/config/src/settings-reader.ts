import { statSync } from 'node:fs';
import { loadSettings, type LoadOptions, settingsFiles } from './load.ts';
import type { Settings } from './schema.ts';

/** Milliseconds in which a file may change twice without a trace in its times: the kernel's clock for them has ticks. */
const tick = 1000;

/** As loadSettings, again and again: files are read and checked anew when one has come, gone or changed. Throws as it does. */
export function settingsReader(options: LoadOptions = {}): () => Settings {
  let known: { readonly stamp: string; readonly settings: Settings } | undefined;
  return () => {
    const { stamp, isSettled } = look(settingsFiles(options));
    if (known?.stamp === stamp) return known.settings;
    known = undefined;
    const settings = loadSettings(options);
    if (isSettled) known = { stamp, settings };
    return settings;
  };
}

function look(paths: readonly string[]): { stamp: string; isSettled: boolean } {
  const seen = paths.map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  const marks = seen.map((stat, i) => {
    if (stat === undefined) return `${paths[i]}: none`;
    // Owner and mode are in the time of its change.
    return `${paths[i]}: ${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  });
  const newest = Math.max(0, ...seen.map((stat) => Number(stat?.ctimeMs ?? 0)));
  return { stamp: marks.join('\n'), isSettled: Math.abs(Date.now() - newest) > tick };
}
