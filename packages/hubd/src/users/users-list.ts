import type { Settings } from '@tshub/config';
import type { UserListQuery } from '@tshub/contract';
import { type Exchange, pageOf, readPage, type Reply } from '@tshub/http';
import { filterUser, type NamedUser } from '../access/filter.ts';
import { listable } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import type { Servers } from '../servers/server.ts';
import type { User, UserQuery, UsersStore } from './user.ts';

export interface UsersListParts {
  readonly users: Pick<UsersStore, 'list'>;
  readonly servers: Pick<Servers, 'ofUser'>;
  readonly settings: () => Settings;
}

/** A page of users, each with what the caller may see of them. */
export async function listUsers(
  parts: UsersListParts,
  { ctx, caller, query }: { readonly ctx: Exchange; readonly caller: Caller; readonly query: UserListQuery },
  modelsOf: (users: readonly User[]) => Promise<readonly NamedUser[]>,
): Promise<Reply> {
  const { api_page_default_limit: defaultLimit, api_page_max_limit: maxLimit } = parts.settings().hub;
  const page = readPage(ctx, query, { defaultLimit, maxLimit });
  const only = listable(caller, 'list:users', ['user', 'group']);
  const isReady = (id: number): boolean => parts.servers.ofUser(id).some((server) => server.ready);
  const { users, total } = await parts.users.list({
    ...queryOf(query),
    offset: page.offset,
    limit: page.limit,
    ...(query.state === 'ready' ? { among: isReady } : {}),
    ...(only === 'all' ? {} : { only: { users: only.user, groups: only.group } }),
  });
  const shown = (await modelsOf(users))
    .map((model) => filterUser(model, caller.scopes))
    .filter((model) => model !== null);
  return pageOf(ctx, page, total, shown);
}

/** `ready` is known only in memory: of the active ones, which are few, those are picked before the page is cut (not after, as with the peer). */
function queryOf(query: UserListQuery): Omit<UserQuery, 'limit' | 'offset' | 'only'> {
  return {
    ...(query.state === undefined ? {} : { state: query.state === 'ready' ? 'active' : query.state }),
    ...(query.name_filter === undefined ? {} : { nameFilter: query.name_filter }),
    ...(query.sort === undefined ? {} : { sort: query.sort }),
  };
}
