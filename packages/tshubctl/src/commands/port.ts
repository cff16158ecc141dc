import type { Context } from '../command.ts';

/** The port of a socket unit's address, such as `[::]:8000` or `8000`; null for a path. */
export function portOf(listen: string): number | null {
  const match = /(?:^|:)(\d+)$/.exec(listen);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** Who listens on a port, such as `node (pid 12)`; null if it cannot be seen: others' processes are root's to see. */
export async function holderOfPort(context: Pick<Context, 'read'>, port: number | null): Promise<string | null> {
  if (port === null) return null;
  const listing = await context.read('ss', ['-H', '-l', '-t', '-n', '-p', `sport = :${port}`]);
  return listing === null || listing.exit !== 0 ? null : parseHolder(listing.stdout);
}

/** The first process that `ss -p` names: users:(("node",pid=12,fd=18)) */
export function parseHolder(listing: string): string | null {
  const match = /users:\(\("((?:[^"\\]|\\.)*)",pid=(\d+)/.exec(listing);
  return match === null ? null : `${match[1]} (pid ${match[2]})`;
}
