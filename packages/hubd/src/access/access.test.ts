import { describe, expect, test } from 'vitest';
import type { Owner } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { Token } from '../tokens/token.ts';
import { type Access, type AccessParts, makeAccess } from './access.ts';
import { Directory, type Role } from './directory.ts';
import { builtInRoles } from './roles.ts';

const ada: Owner = { kind: 'user', id: 1, name: 'ada', admin: false };
const admin: Owner = { kind: 'user', id: 2, name: 'root', admin: true };
const bobsServer: OAuthClient = {
  id: 'c',
  description: '',
  redirectUri: '',
  allowedScopes: [],
  server: { user: 'bob', server: '' },
  service: null,
};
const adasServer: OAuthClient = { ...bobsServer, server: { user: 'ada', server: '' } };
const token = (owner: Owner, ...scopes: string[]): Token => ({
  id: 1,
  owner,
  scopes,
  clientId: null,
  sessionId: null,
  note: '',
  created: 0,
  expiresAt: null,
  lastActivity: null,
});
function accessWith(
  fill: (directory: Directory) => void = () => undefined,
  sharedWith: AccessParts['sharedWith'] = () => [],
): Access {
  const directory = new Directory();
  for (const role of builtInRoles()) directory.setRole(role);
  fill(directory);
  return makeAccess({ directory, custom: new Map(), sharedWith });
}
const scopesOf = (owner: Owner, client: OAuthClient | undefined, ...raw: string[]): string[] =>
  [...accessWith().tokenScopes(token(owner, ...raw), owner, client)].toSorted();
const role = (name: string, scopes: string[], holders: Partial<Role>): Role => ({
  name,
  description: '',
  scopes,
  everyone: false,
  users: new Set(),
  groups: new Set(),
  services: new Set(),
  ...holders,
});

describe('what an owner may do', () => {
  test('comes from roles of its own and of its groups', () => {
    const access = accessWith((directory) => {
      directory.setRole(role('reader', ['read:hub'], { users: new Set(['ada']) }));
      directory.setRole(role('metrics', ['read:metrics'], { groups: new Set(['ops']) }));
      directory.addMember('ops', 'ada');
    });
    expect([...access.scopesOf(ada)]).toEqual(expect.arrayContaining(['read:hub', 'read:metrics', 'servers!user=ada']));
    expect(access.rolesOf(ada)).toEqual(['reader', 'user']);
    expect(access.rolesOf(admin)).toEqual(['admin', 'user']);
  });

  test('changes at once with a role, a group and a share', () => {
    const shared: string[] = [];
    const directory = new Directory();
    for (const one of builtInRoles()) directory.setRole(one);
    const access = makeAccess({ directory, custom: new Map(), sharedWith: () => shared });
    const may = (scope: string): boolean => access.scopesOf(ada).has(scope);
    directory.setRole(role('metrics', ['read:metrics'], { groups: new Set(['ops']) }));
    expect(may('read:metrics')).toBe(false);
    directory.addMember('ops', 'ada');
    expect(may('read:metrics')).toBe(true);
    directory.removeGroup('ops');
    expect(may('read:metrics')).toBe(false);
    shared.push('access:servers!server=bob/');
    directory.changed();
    expect(may('access:servers!server=bob/')).toBe(true);
  });

  test('a token follows what its owner may do', () => {
    const directory = new Directory();
    for (const one of builtInRoles()) directory.setRole(one);
    const access = makeAccess({ directory, custom: new Map(), sharedWith: () => [] });
    const kept = token(ada, 'read:hub');
    expect([...access.tokenScopes(kept, ada, undefined)]).toEqual([]);
    directory.setRole(role('reader', ['read:hub'], { users: new Set(['ada']) }));
    expect([...access.tokenScopes(kept, ada, undefined)]).toEqual(['read:hub']);
    directory.renameUser('ada', null);
    expect([...access.tokenScopes(kept, ada, undefined)]).toEqual([]);
  });
});

describe('what a token may do', () => {
  test('inherit is everything that its owner may do, now', () => {
    expect(scopesOf(ada, undefined, 'inherit')).toContain('servers!user=ada');
    expect(scopesOf(ada, undefined, 'inherit')).not.toContain('servers');
    expect(scopesOf(admin, undefined, 'inherit')).toContain('servers');
  });

  test('it never exceeds its owner', () => {
    expect(scopesOf(ada, undefined, 'read:servers', 'shutdown')).toEqual([
      'read:servers!user=ada',
      'read:users:name!user=ada',
    ]);
  });

  test("a server's own token may let its owner in and report activity", () => {
    expect(scopesOf(ada, undefined, 'users:activity!user', 'access:servers!server=ada/')).toEqual([
      'access:servers!server=ada/',
      'read:users:activity!user=ada',
      'users:activity!user=ada',
    ]);
  });

  test('a token of a client says whose it is and opens what the client stands for', () => {
    expect(scopesOf(ada, adasServer)).toEqual([
      'access:servers!server=ada/',
      'read:users:groups!user=ada',
      'read:users:name!user=ada',
    ]);
  });

  test("a token of another's server opens nothing that its owner may not open", () => {
    expect(scopesOf(ada, bobsServer)).toEqual(['read:users:groups!user=ada', 'read:users:name!user=ada']);
    expect(scopesOf(admin, bobsServer)).toContain('access:servers!server=bob/');
  });
});
