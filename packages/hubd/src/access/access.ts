import { scopes as scopeTable } from '@tshub/contract';
import type { Owner, Resource, ScopeSet } from '../caller/caller.ts';
import { Cache } from '../db/cache.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { Token } from '../tokens/token.ts';
import type { Directory } from './directory.ts';
import { type CustomScopes, expandScopes } from './expand.ts';
import { intersectScopes, isWithin } from './intersect.ts';
import { accessScopes, identifyScopes } from './roles.ts';
import { isScopeName, type ParsedScope, parseScope } from './scope.ts';

type Client = Pick<OAuthClient, 'server' | 'service'>;

export interface AccessParts {
  readonly directory: Directory;
  readonly custom: CustomScopes;
  /** Raw scopes that shares give to a user who is in these groups. */
  readonly sharedWith: (user: string, groups: ReadonlySet<string>) => readonly string[];
}

/** What everybody may do now. All of it is worked out in memory, and kept until the directory changes. */
export interface Access {
  readonly groupsOf: (user: string) => ReadonlySet<string>;
  /** Names of the roles that an owner holds by itself, sorted; those of its groups are not among them (peer's user model). */
  rolesOf(owner: Owner): readonly string[];
  /** By its roles, by those of its groups, and by shares (peer's contract 3.4). */
  scopesOf(owner: Owner): ScopeSet;
  /** What a token was given, cut down to what its owner may do at this moment. */
  tokenScopes(token: Token, owner: Owner, client: OAuthClient | undefined): ScopeSet;
  expand(raw: Iterable<string>, owner: Owner | null, client?: Client | null): ScopeSet;
  intersect(a: ScopeSet, b: ScopeSet): ScopeSet;
  isWithin(inner: ScopeSet, outer: ScopeSet): boolean;
  /** Whether there is such a scope: built in or of the settings, with a filter that it may have. */
  knows(scope: string): boolean;
  /** A scope's meaning, in words for people. */
  says(scope: ParsedScope['name']): string;
  /** The raw scopes of a role; undefined when there is no such role. */
  scopesOfRole(name: string): readonly string[] | undefined;
  user(name: string): Resource;
  server(user: string, name: string): Resource;
}

export function makeAccess({ directory, custom, sharedWith }: AccessParts): Access {
  const owners = new Cache<string, ScopeSet>(5000);
  let tokens = new WeakMap<Token, { readonly held: ScopeSet; readonly scopes: ScopeSet }>();
  let seen = directory.version;
  const groupsOf = (user: string): ReadonlySet<string> => directory.groupsOf(user);
  const refresh = (): void => {
    if (seen === directory.version) return;
    seen = directory.version;
    owners.clear();
    tokens = new WeakMap();
  };
  const expand: Access['expand'] = (raw, owner, client = null) => expandScopes(raw, { owner, client, custom });
  const rolesOf = (owner: Owner): string[] => {
    const names = new Set(directory.rolesOf(owner.kind, owner.name));
    if (owner.kind === 'user') {
      for (const role of directory.roles()) if (role.everyone) names.add(role.name);
      if (owner.admin) names.add('admin');
    }
    return [...names].toSorted();
  };
  const rawScopesOf = (owner: Owner): string[] => {
    const roles = new Set(rolesOf(owner));
    if (owner.kind === 'service') return scopesOfRoles(directory, roles);
    const groups = groupsOf(owner.name);
    for (const group of groups) for (const role of directory.rolesOf('group', group)) roles.add(role);
    return [...scopesOfRoles(directory, roles), ...sharedWith(owner.name, groups)];
  };

  const access: Access = {
    groupsOf,
    rolesOf,
    scopesOf(owner) {
      refresh();
      const key = `${owner.kind} ${owner.kind === 'user' && owner.admin ? 'admin' : ''} ${owner.name}`;
      const known = owners.get(key);
      if (known !== undefined) return known;
      const scopes = expand(rawScopesOf(owner), owner);
      owners.set(key, scopes);
      return scopes;
    },
    tokenScopes(token, owner, client) {
      const held = access.scopesOf(owner);
      if (token.scopes.includes('inherit')) return held;
      const known = tokens.get(token);
      // The same set of the owner means the same answer: names, roles and shares are all in it.
      if (known?.held === held) return known.scopes;
      const extra = client === undefined ? [] : [...accessScopes(client), ...identifyScopes(owner)];
      const scopes = access.intersect(expand([...token.scopes, ...extra], owner, client), held);
      tokens.set(token, { held, scopes });
      return scopes;
    },
    expand,
    intersect: (a, b) => intersectScopes(a, b, groupsOf),
    isWithin: (inner, outer) => isWithin(inner, outer, groupsOf),
    knows(scope) {
      const parsed = parseScope(scope);
      return parsed !== null && (isScopeName(parsed.name) || custom.has(parsed.name));
    },
    says: (name) => (isScopeName(name) ? scopeTable[name].says : (custom.get(name)?.says ?? name)),
    scopesOfRole: (name) => directory.role(name)?.scopes,
    user: (name) => ({ kind: 'user', user: name, groups: groupsOf(name) }),
    server: (user, name) => ({ kind: 'server', user, server: name, groups: groupsOf(user) }),
  };
  return access;
}

function scopesOfRoles(directory: Directory, roles: Iterable<string>): string[] {
  return [...roles].flatMap((role) => directory.role(role)?.scopes ?? []);
}
