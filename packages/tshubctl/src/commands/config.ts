import { accessSync, constants, existsSync } from 'node:fs';
import { loadSecrets, loadSettings, printSettings, type Settings } from '@tshub/config';
import { paths, TshubError, units } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';

/** A file of its own has drop-ins of its own. */
function load([file]: Input['args']): ReturnType<typeof loadSettings> {
  if (file === undefined) return loadSettings();
  if (!existsSync(file)) throw new TshubError('not_found', { what: file });
  return loadSettings({ file, dropins: `${file}.d` });
}

export async function checkConfig(_: Context, { args }: Input): Promise<Outcome> {
  // The files in use must be such that all daemons take them, whoever checks.
  if (args[0] === undefined) checkSecrets(loadSettings({ rootOwned: true, readableByAll: true }));
  else load(args);
  const file = args[0] ?? paths.config;
  return { json: { file, valid: true }, text: () => `${file}: no problem found` };
}

/** The secrets that the settings call for, as far as whoever checks can see: root, or the hub itself at a reload. */
function checkSecrets(settings: Settings): void {
  const passed = process.env['CREDENTIALS_DIRECTORY'];
  const isRoot = process.getuid?.() === 0;
  const credentials = isRoot ? (passed ?? `/run/credentials/${units.hub}`) : passed;
  const folders = [paths.secrets, credentials].filter((folder) => folder !== undefined);
  if (folders.every(canLookInto)) loadSecrets({ credentials, folder: paths.secrets }, settings);
}

/** True also for one that is not there, in which there is nothing. */
function canLookInto(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

export async function showConfig(_: Context, { args }: Input): Promise<Outcome> {
  const settings = load(args);
  return { json: settings, text: () => printSettings(settings).trimEnd() };
}
