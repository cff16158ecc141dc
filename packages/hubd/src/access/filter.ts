import type { GroupModel, ScopeName, ServerModel, UserModel } from '@tshub/contract';
import type { Resource, ScopeSet } from '../caller/caller.ts';
import { hasSome, holds } from './require.ts';

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

/** What scopes show of any user, and what more of those that a filter names. Worked out once for each set of scopes. */
interface Showing {
  readonly always: ReadonlySet<UserKey>;
  readonly filtered: ReadonlyArray<readonly [ScopeName, readonly UserKey[]]>;
}
const showings = new WeakMap<ScopeSet, Showing>();

function showingOf(scopes: ScopeSet): Showing {
  let showing = showings.get(scopes);
  if (showing === undefined) {
    const always = userKeys.filter(([scope]) => scopes.has(scope)).flatMap(([, shown]) => shown);
    const filtered = userKeys.filter(([scope]) => !scopes.has(scope) && hasSome(scopes, scope));
    showings.set(scopes, (showing = { always: new Set(always), filtered }));
  }
  return showing;
}

/** A user with the keys and servers that these scopes cover; null when they cover nothing of it. */
export function filterUser(model: NamedUser, scopes: ScopeSet): UserModel | null {
  const keys = keysOf(model, scopes);
  const servers = visibleServers(model, scopes);
  if (keys.size === 0 && servers === none) return null;
  const shown: Record<string, unknown> = {};
  for (const key in model) if (keys.has(key as UserKey)) shown[key] = model[key as UserKey];
  if (servers !== none || keys.has('servers')) Object.assign(shown, { kind: model.kind, name: model.name, servers });
  return shown;
}

function keysOf(model: NamedUser, scopes: ScopeSet): ReadonlySet<UserKey> {
  const { always, filtered } = showingOf(scopes);
  if (filtered.length === 0) return always;
  const keys = new Set(always);
  const user = { kind: 'user', user: model.name, groups: new Set(model.groups) } as const;
  for (const [scope, shown] of filtered)
    if (holds(scopes, scope, user) === 'yes') for (const key of shown) keys.add(key);
  return keys;
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

const none: Record<string, ServerModel> = {};

function visibleServers(
  { name: user, groups, servers = none }: NamedUser,
  scopes: ScopeSet,
): Record<string, ServerModel> {
  const shown: Record<string, ServerModel> = {};
  let some = false;
  for (const name in servers) {
    const server = servers[name];
    const resource = { kind: 'server', user, groups: new Set(groups), server: name } as const;
    if (server === undefined || holds(scopes, 'read:servers', resource) !== 'yes') continue;
    shown[name] = filterServer(server, resource, scopes);
    some = true;
  }
  return some ? shown : none;
}

/** A server without its internal state, unless that may be seen. */
export function filterServer(server: ServerModel, resource: Resource, scopes: ScopeSet): ServerModel {
  const hasState = server.state !== undefined || server.last_end_detail !== undefined;
  if (!hasState || holds(scopes, 'admin:server_state', resource) === 'yes') return server;
  const { state: _, last_end_detail: __, ...shown } = server;
  return shown;
}
