import { defaultRoles, scopes, type ScopeName } from '@tshub/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Owner } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import { expandScopes } from './expand.ts';

const ada: Owner = { kind: 'user', id: 1, name: 'ada', admin: false };
const culler: Owner = { kind: 'service', name: 'culler' };
const client: OAuthClient = {
  id: 'jupyterhub-user-bob!lab',
  description: 'Server at /user/bob/lab/',
  redirectUri: '/user/bob/lab/oauth_callback',
  allowedScopes: [],
  server: { user: 'bob', server: 'lab' },
  service: null,
};
const expand = (...raw: string[]): string[] => [...expandScopes(raw, { owner: ada, client })].toSorted();

describe('expansion of scopes', () => {
  test('a scope stands for itself and everything below it', () => {
    expect(expand('users')).toEqual([
      'list:users',
      'read:users',
      'read:users:activity',
      'read:users:groups',
      'read:users:name',
      'users',
      'users:activity',
    ]);
  });

  test('a filter is kept on everything below', () => {
    expect(expand('read:users!user=bob')).toEqual([
      'read:users!user=bob',
      'read:users:activity!user=bob',
      'read:users:groups!user=bob',
      'read:users:name!user=bob',
    ]);
  });

  test('a server filter does not tell about the user', () => {
    expect(expand('read:servers!server=bob/lab')).toEqual(['read:servers!server=bob/lab']);
  });

  test('!user, !server and !service are what they stand for', () => {
    expect(expand('users:activity!user', 'access:servers!server')).toEqual([
      'access:servers!server=bob/lab',
      'read:users:activity!user=ada',
      'users:activity!user=ada',
    ]);
    expect([...expandScopes(['access:services!service'], { owner: culler })]).toEqual([
      'access:services!service=culler',
    ]);
  });

  test('a short form with nothing to stand for is dropped', () => {
    expect([...expandScopes(['access:servers!server', 'access:services!service'], { owner: ada })]).toEqual([]);
    expect([...expandScopes(['users!user'], { owner: culler })]).toEqual([]);
  });

  test('self is the fifteen scopes of a user and nothing for a service', () => {
    const own = expand('self');
    expect(own).toEqual(
      [
        'access:servers',
        'delete:servers',
        'read:servers',
        'read:shares',
        'read:tokens',
        'read:users',
        'read:users:activity',
        'read:users:groups',
        'read:users:name',
        'read:users:shares',
        'servers',
        'start:servers',
        'tokens',
        'users:activity',
        'users:shares',
      ].map((scope) => `${scope}!user=ada`),
    );
    expect([...expandScopes(['self'], { owner: culler })]).toEqual([]);
    expect(expand('self!user=bob')).toEqual([]);
  });

  test('an unfiltered scope swallows its filtered forms', () => {
    expect(expand('read:hub', 'proxy!user=ada', 'proxy')).toEqual(['proxy', 'read:hub']);
  });

  test.each([
    'nonsense',
    'users!',
    'users!user=',
    'users!colour=red',
    'users!group',
    'access:servers!server=ada',
    'constructor',
    '',
  ])('what is no scope is dropped: %j', (raw) => expect(expand(raw)).toEqual([]));

  test('an administrator does not hold custom or inherited scopes', () => {
    const admin = expandScopes(defaultRoles.admin, { owner: ada });
    expect(admin.has('inherit')).toBe(false);
    expect(admin.has('admin:users')).toBe(true);
    expect(admin.has('delete:servers')).toBe(true);
  });
});

const names = fc.constantFrom(...(Object.keys(scopes) as ScopeName[]).filter((name) => name !== 'self'));
const filter = fc.constantFrom(
  '',
  '!user',
  '!server',
  '!user=ada',
  '!user=bob',
  '!server=ada/',
  '!server=bob/lab',
  '!group=g',
  '!service=s',
);
const raw = fc.uniqueArray(
  fc.tuple(names, filter).map(([name, mark]) => name + mark),
  { maxLength: 8 },
);

describe('expansion, for all sets of scopes', () => {
  test('expanding again changes nothing', () => {
    fc.assert(
      fc.property(raw, (some) => {
        const once = expandScopes(some, { owner: ada, client });
        expect(expandScopes(once, { owner: ada, client })).toEqual(once);
      }),
    );
  });

  test('more scopes never stand for less', () => {
    fc.assert(
      fc.property(raw, raw, (some, more) => {
        const less = expandScopes(some, { owner: ada, client });
        const all = expandScopes([...some, ...more], { owner: ada, client });
        for (const scope of less) expect(all.has(scope) || all.has(scope.split('!')[0] ?? '')).toBe(true);
      }),
    );
  });
});
