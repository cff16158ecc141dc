import { serverPrefix } from '@tshub/contract';
import type { User } from '../users/user.ts';
import type { PagesParts } from './parts.ts';
import type { SharedView } from './share-page.ts';

/** As many as a page can show. */
const limit = 200;

/** Servers of others that a user was let into, each once. The database is read only if there are some. */
export async function sharedWith(
  { access, servers, shares }: Pick<PagesParts, 'access' | 'servers' | 'shares'>,
  user: User,
): Promise<readonly SharedView[]> {
  if (shares.sharedWith(user.name, access.groupsOf(user.name)).length === 0) return [];
  const { items } = await shares.list({ userId: user.id }, { offset: 0, limit });
  const views = new Map<string, SharedView>();
  for (const { server, target, scopes } of items) {
    const url = serverPrefix(server.user, server.name);
    const isOthers = server.user !== user.name && scopes.some((scope) => opens.has(scope));
    // With the user alone says more than with a group.
    if (!isOthers || (views.has(url) && target.kind === 'group')) continue;
    const isReady = servers.get(server.user, server.name)?.ready ?? false;
    const group = target.kind === 'group' ? target.name : '';
    views.set(url, { owner: server.user, server: server.name, url, isReady, group });
  }
  return [...views.values()];
}

/** Scopes that let their holder in. */
const opens: ReadonlySet<string> = new Set(['access:servers', 'shares']);
