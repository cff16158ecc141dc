import { escapeName, TshubError } from '@tshub/contract';
import { requireScope } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { Server } from '../servers/server.ts';
import type { User } from '../users/user.ts';
import type { PagesParts } from './parts.ts';

/** The server that a page is about, and whose it is. */
export interface Target {
  readonly user: User;
  readonly name: string;
  readonly isOwn: boolean;
  /** Undefined when it was never started. */
  readonly server: Server | undefined;
}

/**
 * Finds what `/U/S` at the end of a page's path names; without a user it is the caller's own default server.
 * Throws no_scope or not_accessible, the latter also for users who do not exist.
 */
export async function findTarget(
  parts: Pick<PagesParts, 'access' | 'servers' | 'users'>,
  caller: Caller,
  anyOf: Parameters<typeof requireScope>[1],
  userName: string = caller.owner.name,
  name = '',
): Promise<Target> {
  requireScope(caller, anyOf, parts.access.server(userName, name));
  const user = await parts.users.byName(userName);
  if (user === undefined) throw new TshubError('not_accessible');
  return { user, name, isOwn: isOwner(caller, user), server: parts.servers.get(user.name, name) };
}

export function isOwner(caller: Caller, user: User): boolean {
  return caller.owner.kind === 'user' && caller.owner.id === user.id;
}

/** `/hub/spawn/ada`, `/hub/spawn-pending/ada/lab`. */
export function pagePath(page: 'log' | 'progress' | 'spawn' | 'spawn-pending', user: string, name: string): string {
  const path = `/hub/${page}/${escapeName(user)}`;
  return name === '' ? path : `${path}/${escapeName(name)}`;
}
