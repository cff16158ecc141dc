import type { Settings } from '@tshub/config';
import {
  TshubError,
  type ActivityBody,
  type ServerModel,
  type UserModel,
  type userRoutes,
  type WhoAmIModel,
} from '@tshub/contract';
import type { Handlers, Reply } from '@tshub/http';
import type { Access } from '../access/access.ts';
import { filterUser, type NamedUser } from '../access/filter.ts';
import { holds } from '../access/require.ts';
import { identifyScopes, serviceModelOf } from '../access/roles.ts';
import type { Caller, ScopeSet } from '../caller/caller.ts';
import type { UserInfo } from '../login/authenticators/authenticator.ts';
import type { LoginRecords } from '../login/login-records.ts';
import type { Report } from '../activity/activity.ts';
import type { Server, Servers } from '../servers/server.ts';
import { OwnAnswers } from './own-answers.ts';
import type { User, UsersStore } from './user.ts';
import type { UserChanges } from './user-changes.ts';
import { listUsers } from './users-list.ts';
import { userModelOf } from './users-view.ts';

export interface UsersRoutesParts {
  readonly access: Access;
  readonly users: UsersStore;
  readonly servers: Pick<Servers, 'get' | 'ofUser' | 'touch'>;
  readonly serverModel: (server: Server) => ServerModel;
  readonly settings: () => Settings;
  readonly changes: UserChanges;
  readonly records: Pick<LoginRecords, 'authState' | 'userInfo'>;
  readonly readReport: (body: ActivityBody, knows: (server: string) => boolean) => Report;
}

/** Handlers about users. */
export function usersHandlers(parts: UsersRoutesParts): Handlers<typeof userRoutes, Caller> {
  const { access, changes, serverModel, records } = parts;
  const ownAnswers = new OwnAnswers();
  const modelOf = (user: User, servers: readonly Server[], info: UserInfo | null, includeStopped: boolean): NamedUser =>
    userModelOf(user, servers, { access, serverModel, includeStopped, info });
  const modelsOf = async (users: readonly User[], includeStopped: boolean): Promise<readonly NamedUser[]> => {
    const infos = await records.userInfo(users.map((user) => user.id));
    return users.map((user) =>
      modelOf(user, parts.servers.ofUser(user.id), infos.get(user.id) ?? null, includeStopped),
    );
  };
  const known = async (name: string): Promise<User> => {
    const user = await parts.users.byName(name);
    if (user === undefined) throw new TshubError('not_found', { what: `User ${name}` });
    return user;
  };
  /** One user with what only the reading of one shows. */
  const show = async (user: User, caller: Caller, status: number, includeStopped = false): Promise<Reply> => {
    const [model] = await modelsOf([user], includeStopped);
    const mayState = holds(caller.scopes, 'admin:auth_state', access.user(user.name)) === 'yes';
    const state = mayState ? { auth_state: await records.authState.read(user.id) } : {};
    const shown = model === undefined ? null : filterUser({ ...model, ...state }, caller.scopes);
    if (shown === null) throw new TshubError('not_accessible');
    return { status, json: shown };
  };

  return {
    async 'users.activity'({ params, body }): Promise<Reply> {
      const user = await known(params.user);
      const report = parts.readReport(body, (server) => parts.servers.get(user.name, server) !== undefined);
      for (const { name, at } of report.servers) parts.servers.touch(user.name, name, at);
      if (report.user !== null) parts.users.touch(user.id, report.user);
      return { status: 200 };
    },
    // Who may use whose servers is said by the scope access:servers alone.
    async 'users.adminAccess'({ caller, params }) {
      const user = await known(params.user);
      if (holds(caller.scopes, 'access:servers', access.user(user.name)) === 'yes') return { status: 200 };
      throw new TshubError('forbidden', { problem: 'admin access to user servers disabled' });
    },
    async 'users.create'({ caller, params, body }) {
      const [user] = await changes.create(caller, [params.user], body?.admin ?? false);
      if (user === undefined) throw new Error(`user ${params.user} was not made`);
      return show(user, caller, 201);
    },
    async 'users.createMany'({ caller, body }) {
      const names = body?.usernames ?? [];
      if (names.length === 0)
        throw new TshubError('bad_request', { problem: 'Must specify at least one user to create' });
      const made = await changes.create(caller, names, body?.admin ?? false);
      const models = (await modelsOf(made, false)).map((model) => filterUser(model, caller.scopes));
      return { status: 201, json: models.filter((model) => model !== null) };
    },
    async 'users.delete'({ caller, params }) {
      await changes.remove(caller, await known(params.user));
      return { status: 204 };
    },
    async 'users.get'({ caller, params, query }): Promise<Reply> {
      return show(await known(params.user), caller, 200, isOn(query.include_stopped_servers));
    },
    'users.list': ({ ctx, caller, query }) =>
      listUsers(parts, { ctx, caller, query }, (users) => modelsOf(users, isOn(query.include_stopped_servers))),
    async 'users.me'({ caller }): Promise<Reply> {
      const { owner, scopes, tokenId } = caller;
      const whoAmI = (model: OwnModel): WhoAmIModel => ({
        ...model,
        scopes: sorted(scopes),
        token_id: tokenId === null ? null : `a${tokenId}`,
        session_id: caller.sessionId,
      });
      if (owner.kind === 'service') return { status: 200, json: whoAmI(serviceModelOf(owner, access)) };
      const user = await parts.users.byId(owner.id);
      if (user === undefined) throw new TshubError('no_credentials');
      const info = (await records.userInfo([user.id])).get(user.id) ?? null;
      const servers = parts.servers.ofUser(user.id);
      const make = (): WhoAmIModel => whoAmI(ownModel(modelOf(user, servers, info, false), caller));
      if (tokenId === null) return { status: 200, json: make() };
      const facts = { user, servers, info, scopes, settings: parts.settings() };
      return { status: 200, json: ownAnswers.of(tokenId, facts, make) };
    },
    async 'users.update'({ caller, params, body }) {
      const user = await known(params.user);
      // Before anything is changed: a request that fails changes nothing.
      if (body.auth_state != null) records.authState.requireOn();
      const changed = await changes.update(caller, user, body);
      if (body.auth_state !== undefined) await records.authState.write(user.id, body.auth_state);
      return show(changed, caller, 200);
    },
  };
}

type OwnModel = UserModel | ReturnType<typeof serviceModelOf>;

/** The caller itself: whose credentials they are can be read with any of them. */
function ownModel(model: NamedUser, { owner, scopes }: Caller): UserModel {
  const shown = filterUser(model, new Set([...scopes, ...identifyScopes(owner)]));
  if (shown === null) throw new TshubError('no_credentials');
  return shown;
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
