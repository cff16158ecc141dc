import { existsSync } from 'node:fs';
import { loadSettings, printSettings } from '@tshub/config';
import { paths, TshubError } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';

/** A file of its own has drop-ins of its own. */
function load([file]: Input['args']): ReturnType<typeof loadSettings> {
  if (file === undefined) return loadSettings();
  if (!existsSync(file)) throw new TshubError('not_found', { what: file });
  return loadSettings({ file, dropins: `${file}.d` });
}

export async function checkConfig(_: Context, { args }: Input): Promise<Outcome> {
  // The files in use must be such that all daemons take them, whoever checks.
  if (args[0] === undefined) loadSettings({ rootOwned: true, readableByAll: true });
  else load(args);
  const file = args[0] ?? paths.config;
  return { json: { file, valid: true }, text: () => `${file}: no problem found` };
}

export async function showConfig(_: Context, { args }: Input): Promise<Outcome> {
  const settings = load(args);
  return { json: settings, text: () => printSettings(settings).trimEnd() };
}
