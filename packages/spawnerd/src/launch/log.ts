import { serverUnit } from '@tshub/contract';
import { sizes } from '../limits.ts';
import type { ServerName } from '../request.ts';

/** Runs journalctl with these arguments; its output, cut at `maxBytes`. */
export type Journalctl = (args: readonly string[], maxBytes: number) => Promise<string>;

/** Lines of the last run of a server since then: its own, and those of PID 1 about it. Oldest first, at most `count`, each at most logLineBytes long. */
export async function readLog(
  journalctl: Journalctl,
  { user, server }: ServerName,
  count: number,
  sinceMs: number,
): Promise<string[]> {
  const lines = Math.min(count, sizes.logLines);
  if (lines === 0) return [];
  const unit = serverUnit(user, server);
  // Whatever was written before now is in the journal afterwards; a journal that cannot do that still has most of it.
  await journalctl(['--sync'], 0).catch(() => '');
  // Matches of exact fields, not --unit, which knows patterns. "_" fields cannot be forged, and UNIT= counts from PID 1 only.
  const matches = [`_SYSTEMD_UNIT=${unit}`, '+', '_PID=1', `UNIT=${unit}`];
  const fields = 'MESSAGE,_PID,_SYSTEMD_INVOCATION_ID,INVOCATION_ID';
  const args = [
    '--quiet',
    '--no-pager',
    '--output=json',
    `--output-fields=${fields}`,
    `--lines=${lines}`,
    `--since=@${sinceMs / 1000}`,
    ...matches,
  ];
  return lastRun((await journalctl(args, sizes.logBytes * 8)).split('\n'));
}

interface Entry {
  readonly message: string;
  readonly invocation: string | null;
}

/** Lines in journalctl's JSON -> messages of the newest run among them, within logBytes. */
export function lastRun(jsonLines: readonly string[]): string[] {
  const all = jsonLines.map(parseEntry).filter((entry) => entry !== null);
  // A session for each command of the unit: nothing that explains a server.
  const entries = all.filter(({ message }) => !/^pam_unix\(.*\): session (opened|closed) for /.test(message));
  const newest = entries.findLast((entry) => entry.invocation !== null)?.invocation ?? null;
  const messages = entries
    .filter((entry) => entry.invocation === newest || entry.invocation === null)
    .map(({ message }) => cut(message));
  let size = 0;
  const kept: string[] = [];
  for (const message of messages.toReversed()) {
    size += Buffer.byteLength(message);
    if (size > sizes.logBytes) break;
    kept.unshift(message);
  }
  return kept;
}

function parseEntry(line: string): Entry | null {
  if (line === '') return null;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    // PID 1 names the unit's run in a field of its own; from anybody else that field could be forged.
    const invocation = entry._PID === '1' ? entry.INVOCATION_ID : entry._SYSTEMD_INVOCATION_ID;
    return { message: readMessage(entry.MESSAGE), invocation: typeof invocation === 'string' ? invocation : null };
  } catch {
    // The last line, cut in the middle.
    return null;
  }
}

// null: longer than journalctl shows. A list: bytes that are not text.
function readMessage(message: unknown): string {
  if (typeof message === 'string') return message;
  if (Array.isArray(message)) return Buffer.from(message.filter((byte) => typeof byte === 'number')).toString('utf8');
  return '(a line too long to show)';
}

// Control characters would play with the reader's terminal.
function cut(message: string): string {
  const clean = message.replace(/\p{Cc}/gu, (c) => (c === '\t' || c === '\n' ? c : ''));
  return Buffer.byteLength(clean) <= sizes.logLineBytes
    ? clean
    : `${Buffer.from(clean).subarray(0, sizes.logLineBytes).toString('utf8')}…`;
}
