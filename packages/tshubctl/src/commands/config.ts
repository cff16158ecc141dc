import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import {
  lacks,
  loadSecrets,
  loadSettings,
  needsOf,
  printSettings,
  rootOnlyProblem,
  type Settings,
} from '@tshub/config';
import { paths, TshubError, units } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';

/** A file of its own has drop-ins of its own. */
function load([file]: Input['args']): ReturnType<typeof loadSettings> {
  if (file === undefined) return loadSettings();
  if (!existsSync(file)) throw new TshubError('not_found', { what: file });
  return loadSettings({ file, dropins: `${file}.d` });
}

/** Mistakes end it with an error; what this host lacks for the settings is told, and is no mistake of theirs. */
export async function checkConfig(_: Context, { args }: Input): Promise<Outcome> {
  // The files in use must be such that all daemons take them, whoever checks.
  const settings = args[0] === undefined ? loadSettings({ rootOwned: true, readableByAll: true }) : load(args);
  if (args[0] === undefined) checkSecrets(settings);
  const file = args[0] ?? paths.config;
  const notes = lacks(needsOf(settings), { controllers: readControllers(), hookProblem: rootOnlyProblem });
  return {
    json: { file, valid: true, notes },
    text: () => [`${file}: no problem found`, ...notes.map((note) => `note: ${note}`)].join('\n'),
  };
}

function readControllers(): string[] {
  try {
    return readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').trim().split(' ');
  } catch {
    // Without cgroup v2 there are none.
    return [];
  }
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
