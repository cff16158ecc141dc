import { type PolkitAction, type ScopeName, selfScopes, TshubError } from '@tshub/contract';
import { expandScopes } from './access/expand.ts';
import { formatScope, isScopeName, parseScope, userOfServer } from './access/scope.ts';

/** The polkit action that covers a scope over everybody. What is not here is not given over the bus: it would make its holder another person. */
const actionOf: Partial<Record<ScopeName, PolkitAction>> = {
  'admin:groups': 'org.tshub.hub.manage-users',
  'admin:roles': 'org.tshub.hub.manage-roles',
  'admin:server_state': 'org.tshub.hub.manage-servers',
  'admin:servers': 'org.tshub.hub.manage-servers',
  // A service may hold roles and let people in: making one is deciding who may do what.
  'admin:services': 'org.tshub.hub.manage-roles',
  'admin:users': 'org.tshub.hub.manage-users',
  'delete:groups': 'org.tshub.hub.manage-users',
  'delete:servers': 'org.tshub.hub.manage-servers',
  'delete:users': 'org.tshub.hub.manage-users',
  groups: 'org.tshub.hub.manage-users',
  'list:groups': 'org.tshub.hub.read',
  'list:services': 'org.tshub.hub.read',
  'list:users': 'org.tshub.hub.read',
  'read:groups': 'org.tshub.hub.read',
  'read:groups:name': 'org.tshub.hub.read',
  'read:hub': 'org.tshub.hub.read',
  'read:metrics': 'org.tshub.hub.read',
  'read:roles': 'org.tshub.hub.read',
  'read:roles:groups': 'org.tshub.hub.read',
  'read:roles:services': 'org.tshub.hub.read',
  'read:roles:users': 'org.tshub.hub.read',
  'read:servers': 'org.tshub.hub.read',
  'read:shares': 'org.tshub.hub.read',
  'read:services': 'org.tshub.hub.read',
  'read:services:name': 'org.tshub.hub.read',
  'read:tokens': 'org.tshub.hub.manage-users',
  'read:users': 'org.tshub.hub.read',
  'read:users:activity': 'org.tshub.hub.read',
  'read:users:groups': 'org.tshub.hub.read',
  'read:users:name': 'org.tshub.hub.read',
  servers: 'org.tshub.hub.manage-servers',
  shutdown: 'org.tshub.hub.shutdown',
  'start:servers': 'org.tshub.hub.manage-servers',
  users: 'org.tshub.hub.manage-users',
  'users:activity': 'org.tshub.hub.manage-users',
};

/** Those that make their holder another person are given for one user at a time, to whom polkit lets decide that. */
const actionForOne: Partial<Record<ScopeName, PolkitAction>> = {
  // Whoever decides who comes into a server can come in.
  shares: 'org.tshub.hub.manage-roles',
  tokens: 'org.tshub.hub.manage-roles',
};

export interface TokenWish {
  /** With `self` and `!user` spelt out, so that they mean the same whoever owns the token. */
  readonly scopes: readonly string[];
  /** What polkit must be asked for. */
  readonly actions: readonly PolkitAction[];
  /** Whether all of it is about the caller's own things. */
  readonly isOwn: boolean;
}

/** What a wish for scopes means for a person with this name; '' for root and for a uid without an account. Throws bad_request or forbidden. */
export function readTokenWish(wanted: readonly string[], name: string): TokenWish {
  if (wanted.length === 0) throw new TshubError('bad_request', { problem: 'scopes: expected at least one' });
  const owner = name === '' ? null : ({ kind: 'user', id: 0, name, admin: false } as const);
  const own = expandScopes(
    // A token of one's own never holds more than its owner does: `shares` only if they have it.
    [...selfScopes, 'shares'].map((scope) => `${scope}!user=${name}`),
    { owner },
  );
  const actions = new Set<PolkitAction>();
  const spelt: string[] = [];
  let isOwn = true;
  for (const text of wanted) {
    for (const scope of spell(text, name)) {
      spelt.push(scope);
      const expanded = [...expandScopes([scope], { owner })];
      if (name !== '' && expanded.length > 0 && expanded.every((one) => own.has(one) || own.has(ofItsUser(one)))) {
        actions.add('org.tshub.hub.manage-own-server');
        continue;
      }
      isOwn = false;
      actions.add(actionFor(scope));
    }
  }
  return { scopes: spelt, actions: [...actions], isOwn };
}

/** A scope for one server is part of that for all servers of its user. */
function ofItsUser(scope: string): string {
  const parsed = parseScope(scope);
  const isServer = parsed?.filter?.kind === 'server' && parsed.filter.value !== null;
  return isServer ? formatScope(parsed.name, { kind: 'user', value: userOfServer(parsed.filter.value) }) : scope;
}

function spell(text: string, name: string): readonly string[] {
  if (text === 'self') return name === '' ? refuse(text) : selfScopes.map((scope) => `${scope}!user=${name}`);
  const scope = parseScope(text);
  if (scope === null || !isScopeName(scope.name))
    throw new TshubError('bad_request', { problem: `scopes: "${text.slice(0, 60)}" is not a scope` });
  if (scope.filter === null || scope.filter.value !== null) return [text];
  return scope.filter.kind === 'user' && name !== '' ? [`${text}=${name}`] : refuse(text);
}

/** A scope that is filtered to somebody is still about somebody else: the action for all of them covers it. */
function actionFor(scope: string): PolkitAction {
  const parsed = parseScope(scope);
  if (parsed === null || !isScopeName(parsed.name)) return refuse(scope);
  const forOne = parsed.filter?.kind === 'user' ? actionForOne[parsed.name] : undefined;
  return actionOf[parsed.name] ?? forOne ?? refuse(scope);
}

function refuse(scope: string): never {
  throw new TshubError('forbidden', {
    problem: `no token with the scope "${scope.slice(0, 60)}" is given over the bus`,
  });
}
