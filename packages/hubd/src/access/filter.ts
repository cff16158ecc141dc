import type { GroupModel, ScopeName, ServerModel, UserModel } from '@tshub/contract';
import type { Resource, ScopeSet } from '../caller/caller.ts';
import { holds } from './require.ts';

type UserKey = keyof UserModel;
/** All that can be said of a user: a name, and the groups, which decide what `!group=` covers. */
export type NamedUser = UserModel & { readonly name: string; readonly groups: readonly string[] };

/** Which keys of a user each scope shows (peer's contract 3.7). */
const userKeys: ReadonlyArray<readonly [ScopeName, readonly UserKey[]]> = [
  ['admin:auth_state', ['kind', 'name', 'auth_state']],
  ['read:roles:users', ['kind', 'name', 'roles', 'admin']],
  ['read:servers', ['kind', 'name', 'servers']],
  [
    'read:users',
    ['kind', 'name', 'user_info', 'admin', 'roles', 'groups', 'server', 'pending', 'created', 'last_activity'],
  ],
  ['read:users:activity', ['kind', 'name', 'last_activity']],
  ['read:users:groups', ['kind', 'name', 'groups']],
  ['read:users:name', ['kind', 'name', 'user_info', 'admin']],
];

/** A user with the keys and servers that these scopes cover; null when they cover nothing of it. */
export function filterUser(model: NamedUser, scopes: ScopeSet): UserModel | null {
  const keys = new Set<UserKey>();
  const groups = new Set(model.groups);
  for (const [scope, shown] of userKeys) {
    if (holds(scopes, scope, { kind: 'user', user: model.name, groups }) === 'yes')
      for (const key of shown) keys.add(key);
  }
  const servers = visibleServers(model.name, groups, model.servers ?? {}, scopes);
  if (Object.keys(servers).length > 0) for (const key of ['kind', 'name', 'servers'] as const) keys.add(key);
  if (keys.size === 0) return null;
  const shown = Object.fromEntries(Object.entries(model).filter(([key]) => keys.has(key as UserKey))) as UserModel;
  return keys.has('servers') ? { ...shown, servers } : shown;
}

/** Which keys of a group each scope shows (peer's contract 2.6). */
const groupKeys: ReadonlyArray<readonly [ScopeName, ReadonlyArray<keyof GroupModel>]> = [
  ['read:groups', ['users', 'properties']],
  ['read:groups:name', []],
  ['read:roles:groups', ['roles']],
];

/** A group with the keys that these scopes cover; null when they cover nothing of it. */
export function filterGroup(model: GroupModel, scopes: ScopeSet): GroupModel | null {
  const held = groupKeys.filter(([scope]) => holds(scopes, scope, { kind: 'group', group: model.name }) === 'yes');
  if (held.length === 0) return null;
  const keys = new Set<string>(['kind', 'name', ...held.flatMap(([, shown]) => shown)]);
  return Object.fromEntries(Object.entries(model).filter(([key]) => keys.has(key))) as GroupModel;
}

function visibleServers(
  user: string,
  groups: ReadonlySet<string>,
  servers: Readonly<Record<string, ServerModel>>,
  scopes: ScopeSet,
): Record<string, ServerModel> {
  const shown: Record<string, ServerModel> = {};
  for (const [name, server] of Object.entries(servers)) {
    const resource = { kind: 'server', user, groups, server: name } as const;
    if (holds(scopes, 'read:servers', resource) === 'yes') shown[name] = filterServer(server, resource, scopes);
  }
  return shown;
}

/** A server without its internal state, unless that may be seen. */
export function filterServer(server: ServerModel, resource: Resource, scopes: ScopeSet): ServerModel {
  if (server.state === undefined || holds(scopes, 'admin:server_state', resource) === 'yes') return server;
  const { state: _, ...shown } = server;
  return shown;
}
