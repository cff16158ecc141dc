import { describe, expect, test } from 'vitest';
import type { Owner } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { Token } from './token.ts';
import { tokenScopes } from './token-scopes.ts';

const ada: Owner = { kind: 'user', id: 1, name: 'ada', admin: false };
const admin: Owner = { kind: 'user', id: 2, name: 'root', admin: true };
const bobsServer: OAuthClient = {
  id: 'c',
  description: '',
  redirectUri: '',
  allowedScopes: [],
  server: { user: 'bob', server: '' },
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
const scopesOf = (owner: Owner, client: OAuthClient | undefined, ...raw: string[]): string[] =>
  [...tokenScopes(token(owner, ...raw), owner, client)].toSorted();

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
