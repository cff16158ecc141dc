import { TshubError, type UnitStatus } from '@tshub/contract';
import type { Entry } from './entry.ts';
import type { Room } from './room.ts';

const logLines = 20;

/** The end of what a server wrote that did not come up, without its token. */
export async function lastLines(
  { spawner }: Pick<Room, 'spawner'>,
  entry: Entry,
  token: string,
): Promise<readonly string[]> {
  try {
    const lines = await spawner.log(entry.row, logLines, entry.began);
    return lines.map((line) => (token === '' ? line : line.replaceAll(token, '[token]')));
  } catch {
    return [];
  }
}

/** What spawnerd says of the unit of a start that failed; undefined when it is not there to ask. */
export async function statusOf({ spawner }: Pick<Room, 'spawner'>, { row }: Entry): Promise<UnitStatus | undefined> {
  try {
    return await spawner.show(row);
  } catch {
    return undefined;
  }
}

/** What is not meant for people becomes a sentence that points to the journal; the error itself is logged. */
export function publicError(cause: unknown, label: string): TshubError {
  if (cause instanceof TshubError && cause.code !== 'internal') return cause;
  return new TshubError(
    'spawn_failed',
    { problem: `Unhandled error starting ${label}; the journal has the details: journalctl -u tshub` },
    { cause },
  );
}
