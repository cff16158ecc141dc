import { TshubError } from '@tshub/contract';
import { requireScope } from '../access/require.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { User } from '../users/user.ts';
import { keptUntil, type ServerEnd } from './ends.ts';
import type { Entry } from './entry.ts';
import type { Room } from './room.ts';
import type { Server } from './server.ts';
import { printable, serverLabel } from './server-name.ts';

/** What the culler says of a server; null: it will not be stopped. */
export interface Announcement {
  readonly user: string;
  readonly server: string;
  readonly end: ServerEnd | null;
}

/** Keeps what the culler said; gives those whose users are to be warned now. */
export function announce(room: Room, announcements: readonly Announcement[]): Server[] {
  return announcements.flatMap(({ user, server, end }) => {
    const entry = room.entries.get(user, server);
    if (entry === undefined || entry.phase !== 'ready') return [];
    const wasWarned = entry.end?.warned === true;
    entry.end = end;
    return end?.warned === true && !wasWarned ? [entry.view()] : [];
  });
}

/** Puts off the end of a server. One that does not end is kept already. */
export async function keepServer(
  room: Room,
  caller: Caller,
  user: User,
  name: string,
  wish: number | null,
): Promise<Server> {
  requireScope(caller, ['start:servers', 'servers'], room.access.server(user.name, name));
  const entry = known(room, user, name);
  const { end } = entry.view();
  if (end === null) return entry.view();
  const until = keptUntil(end, wish, room.clock.now());
  // What is kept anyway, by activity or an earlier wish, is not shortened.
  if (until > (entry.row.keptUntil ?? 0)) await entry.change(room.store, { keptUntil: until });
  const by = caller.owner.name;
  room.log.info(
    { event: 'server-kept', user: user.name, server: name, ...byWhom(caller) },
    `${by} keeps ${serverLabel(user.name, name)} until ${new Date(until).toISOString()}`,
  );
  return entry.view();
}

function known(room: Room, user: User, name: string): Entry {
  const entry = room.entries.get(user.name, name);
  if (entry === undefined && name !== '')
    throw new TshubError('not_found', { what: `Server ${printable(name)} of ${user.name}` });
  if (entry?.phase !== 'ready') throw new TshubError('not_running', { server: serverLabel(user.name, name) });
  return entry;
}
