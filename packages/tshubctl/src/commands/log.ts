import { accessSync, constants, readdirSync } from 'node:fs';
import { TshubError, units } from '@tshub/contract';
import type { Context, Input, Outcome } from '../command.ts';
import { texts } from './rest.ts';

/**
 * Who writes for the hub, by fields that only the journal itself sets: the daemons, systemd about them, logins, and tshubctl of root.
 * Servers have logs of their own (`tshubctl server logs`), and could write whatever they like.
 */
const daemons = [units.hub, units.proxy, units.culler, units.spawner, units.acme];
const writers: readonly (readonly string[])[] = [
  daemons.map((unit) => `_SYSTEMD_UNIT=${unit}`),
  ['_PID=1', ...daemons.map((unit) => `UNIT=${unit}`)],
  ['_SYSTEMD_SLICE=system-tshub\\x2dauthd.slice'],
  ['_UID=0', 'SYSLOG_IDENTIFIER=tshubctl'],
];
/** Where systemd-journald keeps the journals, each in a folder of its machine. */
const journals = ['/var/log/journal', '/run/log/journal'];

/** The journal of the daemons of the hub, which is for administrators of the host. */
export async function showLog(context: Context, input: Input): Promise<Outcome> {
  const args = journalArguments(input);
  requireJournal(context.user, journals);
  return { text: () => '', exit: await context.show('journalctl', args) };
}

export function journalArguments({ args: [event], options, isJson }: Input): string[] {
  const { lines, follow, since, until } = options;
  if (typeof lines === 'string' && !/^(\d+|all)$/.test(lines))
    throw new TshubError('bad_request', { problem: `--lines: expected a number or "all", found "${lines}"` });
  const filters = [
    ...(event === undefined ? [] : [`TSHUB_EVENT=${event}`]),
    ...texts(options['user']).map((user) => `TSHUB_USER=${user}`),
  ];
  return [
    ...(typeof lines === 'string' ? [`--lines=${lines}`] : []),
    ...(typeof since === 'string' ? [`--since=${since}`] : []),
    ...(typeof until === 'string' ? [`--until=${until}`] : []),
    ...(follow === true ? ['--follow'] : []),
    ...(isJson ? ['--output=json'] : []),
    ...writers.flatMap((writer, i) => [...(i === 0 ? [] : ['+']), ...writer, ...filters]),
  ];
}

/** Without leave, journalctl would show an empty journal. */
export function requireJournal(user: string, folders: readonly string[], isReadable = canRead): void {
  const files = folders.flatMap(journalsIn);
  if (files.length === 0 || files.some(isReadable)) return;
  throw new TshubError('forbidden', {
    problem: `the journal of the hub is for root and for the groups systemd-journal and adm: usermod -aG systemd-journal ${user}. What a server of yours wrote: tshubctl server logs`,
  });
}

function journalsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((machine) => `${folder}/${machine}/system.journal`);
  } catch {
    // Not there, as one of the two mostly is.
    return [];
  }
}

function canRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
