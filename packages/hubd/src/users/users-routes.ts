import type { Settings } from '@tshub/config';
import {
  TshubError,
  type ActivityBody,
  type ServerModel,
  type UserListQuery,
  type UserModel,
  type userRoutes,
  type WhoAmIModel,
} from '@tshub/contract';
import { pageOf, readPage, type Handlers, type Reply } from '@tshub/http';
import type { Context } from 'koa';
import type { Access } from '../access/access.ts';
import { filterUser, type NamedUser } from '../access/filter.ts';
import { listable } from '../access/require.ts';
import { identifyScopes } from '../access/roles.ts';
import type { Caller, ScopeSet } from '../caller/caller.ts';
import type { Report } from '../activity/activity.ts';
import type { Server, Servers } from '../servers/server.ts';
import type { User, UserQuery, UsersStore } from './user.ts';
import { userModelOf } from './users-view.ts';

export interface UsersRoutesParts {
  readonly access: Access;
  readonly users: UsersStore;
  readonly servers: Pick<Servers, 'get' | 'ofUser' | 'touch'>;
  readonly serverModel: (server: Server) => ServerModel;
  readonly settings: () => Settings;
  readonly readReport: (body: ActivityBody, knows: (server: string) => boolean) => Report;
}

/** Handlers about users. */
export function usersHandlers(parts: UsersRoutesParts): Handlers<typeof userRoutes, Caller> {
  const { access, serverModel } = parts;
  const modelOf = (user: User, includeStopped: boolean): NamedUser =>
    userModelOf(user, parts.servers.ofUser(user.id), { access, serverModel, includeStopped });
  const known = async (name: string): Promise<User> => {
    const user = await parts.users.byName(name);
    if (user === undefined) throw new TshubError('not_found', { what: `User ${name}` });
    return user;
  };

  return {
    async 'users.activity'({ params, body }): Promise<Reply> {
      const user = await known(params.user);
      const report = parts.readReport(body, (server) => parts.servers.get(user.name, server) !== undefined);
      for (const { name, at } of report.servers) parts.servers.touch(user.name, name, at);
      if (report.user !== null) await parts.users.touch(user.id, report.user);
      return { status: 200 };
    },
    async 'users.get'({ caller, params, query }): Promise<Reply> {
      const user = await known(params.user);
      const shown = filterUser(modelOf(user, isOn(query.include_stopped_servers)), caller.scopes);
      if (shown === null) throw new TshubError('not_accessible');
      return { status: 200, json: shown };
    },
    'users.list': ({ ctx, caller, query }) => listUsers(parts, ctx, caller, query, modelOf),
    async 'users.me'({ caller }): Promise<Reply> {
      const model = await ownModel(parts, caller, modelOf);
      const me = {
        ...model,
        scopes: sorted(caller.scopes),
        token_id: caller.tokenId === null ? null : `a${caller.tokenId}`,
        session_id: caller.sessionId,
      };
      return { status: 200, json: me satisfies WhoAmIModel };
    },
  };
}

type ModelOf = (user: User, includeStopped: boolean) => NamedUser;
type OwnModel = UserModel | { kind: 'service'; name: string; admin: boolean; roles: string[] };

/** The caller itself: whose credentials they are can be read with any of them. */
async function ownModel(parts: UsersRoutesParts, caller: Caller, modelOf: ModelOf): Promise<OwnModel> {
  const { owner } = caller;
  if (owner.kind === 'service')
    return { kind: 'service', name: owner.name, admin: false, roles: [...parts.access.rolesOf(owner)] };
  const user = await parts.users.byId(owner.id);
  const shown =
    user === undefined ? null : filterUser(modelOf(user, false), new Set([...caller.scopes, ...identifyScopes(owner)]));
  if (shown === null) throw new TshubError('no_credentials');
  return shown;
}

async function listUsers(
  parts: UsersRoutesParts,
  ctx: Context,
  caller: Caller,
  query: UserListQuery,
  modelOf: ModelOf,
): Promise<Reply> {
  const { api_page_default_limit: defaultLimit, api_page_max_limit: maxLimit } = parts.settings().hub;
  const page = readPage(ctx, query, { defaultLimit, maxLimit });
  const only = listable(caller, 'list:users', ['user', 'group']);
  const { users, total } = await parts.users.list({
    ...queryOf(query),
    offset: page.offset,
    limit: page.limit,
    ...(only === 'all' ? {} : { only: { users: only.user, groups: only.group } }),
  });
  const wanted =
    query.state === 'ready'
      ? users.filter((user) => parts.servers.ofUser(user.id).some((server) => server.ready))
      : users;
  const shown = wanted
    .map((user) => filterUser(modelOf(user, isOn(query.include_stopped_servers)), caller.scopes))
    .filter((model) => model !== null);
  return { status: 200, json: pageOf(ctx, page, total, shown) };
}

/** `ready` is known only in memory: a page of the active ones is read and what is not ready left out, as with the peer. */
function queryOf(query: UserListQuery): Omit<UserQuery, 'limit' | 'offset' | 'only'> {
  return {
    ...(query.state === undefined ? {} : { state: query.state === 'ready' ? 'active' : query.state }),
    ...(query.name_filter === undefined ? {} : { nameFilter: query.name_filter }),
    ...(query.sort === undefined ? {} : { sort: query.sort }),
  };
}

/** Sets of scopes are kept until what they allow changes: each is put in order once. */
const sortedScopes = new WeakMap<ScopeSet, string[]>();
function sorted(scopes: ScopeSet): string[] {
  let list = sortedScopes.get(scopes);
  if (list === undefined) sortedScopes.set(scopes, (list = [...scopes].toSorted()));
  return list;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value !== 'false';
}
