import { scopes, type ScopeName } from '@tshub/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Owner, Resource } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import { rawScopes } from '../shares/share-index.ts';
import { requireShareable } from '../shares/share-rules.ts';
import type { Token } from '../tokens/token.ts';
import { type Access, makeAccess } from './access.ts';
import { customScopes } from './custom-scopes.ts';
import { Directory, type Role } from './directory.ts';
import { holds } from './require.ts';

/** What holds for every directory: users in groups, roles of users, groups and services, shares, custom scopes. */
interface World {
  readonly roles: readonly (readonly string[])[];
  readonly members: readonly string[];
  readonly shared: readonly string[];
}

const custom = customScopes({
  'custom:papers:read': { description: 'Read', subscopes: [] },
  'custom:papers:write': { description: 'Write', subscopes: ['custom:papers:read'] },
  'custom:papers:all': { description: 'All', subscopes: ['custom:papers:write'] },
});
const metascopes: ReadonlySet<string> = new Set(['inherit', 'self', '(no_scope)']);
const plainNames = [...(Object.keys(scopes) as ScopeName[]), ...custom.keys()].filter((name) => !metascopes.has(name));
const name = fc.constantFrom(...plainNames);
const filter = fc.constantFrom('', '!user', '!user=ada', '!user=bob', '!server=bob/lab', '!group=staff', '!service=s');
const raw = fc.uniqueArray(
  fc.tuple(name, filter).map(([base, mark]) => base + mark),
  { maxLength: 6 },
);
/** What others share with ada: always about a server of theirs. */
const shared = fc.uniqueArray(
  fc.tuple(name, fc.constantFrom('bob/lab', 'bob/')).map(([base, server]) => `${base}!server=${server}`),
  { maxLength: 4 },
);
const world: fc.Arbitrary<World> = fc.record({
  roles: fc.tuple(raw, raw, raw),
  members: fc.constantFrom([], ['ada'], ['ada', 'bob']),
  shared,
});

const ada: Owner = { kind: 'user', id: 1, name: 'ada', admin: false };
const service: Owner = { kind: 'service', name: 's' };
const owner = fc.constantFrom(ada, service);
const client: OAuthClient = {
  id: 'c',
  description: '',
  redirectUri: '',
  allowedScopes: [],
  server: { user: 'bob', server: 'lab' },
  service: null,
};

/** Of the three roles one is ada's, one the group's and one the service's. */
function accessOf({ roles, members, shared: given }: World): Access {
  const directory = new Directory();
  const holders = [{ users: new Set(['ada']) }, { groups: new Set(['staff']) }, { services: new Set(['s']) }];
  const none = { users: new Set<string>(), groups: new Set<string>(), services: new Set<string>() };
  roles.forEach((held, i) => {
    const role: Role = { name: `role-${i}`, description: '', scopes: held, everyone: false, ...none, ...holders[i] };
    directory.setRole(role);
  });
  for (const user of members) directory.addMember('staff', user);
  return makeAccess({ directory, custom, sharedWith: (user) => (user === 'ada' ? given : []) });
}

function tokenOf(of: Owner, held: readonly string[]): Token {
  const rest = { clientId: null, sessionId: null, note: '', created: 0, expiresAt: null, lastActivity: null };
  return { id: 1, owner: of, scopes: held, ...rest };
}

describe('for every directory', () => {
  test('a token never does more than its owner, whatever it was given and whoever it was given to', () => {
    fc.assert(
      fc.property(world, owner, raw, fc.boolean(), (some, of, wanted, isOfClient) => {
        const access = accessOf(some);
        const held = access.tokenScopes(tokenOf(of, wanted), of, isOfClient ? client : undefined);
        expect(access.isWithin(held, access.scopesOf(of))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('what somebody may do is expanded already: once more changes nothing, for custom scopes too', () => {
    fc.assert(
      fc.property(world, owner, (some, of) => {
        const access = accessOf(some);
        const held = access.scopesOf(of);
        expect(access.expand(held, of)).toEqual(held);
      }),
    );
  });

  test('one more role, group or share never takes anything away', () => {
    fc.assert(
      fc.property(world, raw, shared, (some, more, moreShared) => {
        const [own = [], groups = [], services = []] = some.roles;
        const wider: World = {
          roles: [[...own, ...more], groups, services],
          members: ['ada', 'bob'],
          shared: [...some.shared, ...moreShared],
        };
        // By the memberships of the wider one: who leaves a group is not the question.
        const access = accessOf(wider);
        expect(access.isWithin(accessOf(some).scopesOf(ada), access.scopesOf(ada))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a service gets nothing from shares', () => {
    fc.assert(
      fc.property(world, (some) => {
        expect(accessOf(some).scopesOf(service)).toEqual(accessOf({ ...some, shared: [] }).scopesOf(service));
      }),
    );
  });
});

describe('a share, for all scopes', () => {
  const server = { id: 1, user: 'ada', name: 'lab' };
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });

  test('is about its server and nothing else', () => {
    fc.assert(
      fc.property(names, (some) => {
        const access = accessOf({ roles: [], members: [], shared: [] });
        for (const scope of access.expand(rawScopes({ server, scopes: some }), ada))
          expect(scope).toMatch(/!server=ada\/lab$/);
      }),
    );
  });

  test('lets its target do nothing with another server, with people, groups and services, or with the hub', () => {
    fc.assert(
      fc.property(names, (some) => {
        const access = accessOf({ roles: [], members: ['ada'], shared: [] });
        const held = access.expand(rawScopes({ server, scopes: some }), ada);
        const others: readonly Resource[] = [
          access.server('ada', ''),
          access.server('ada', 'lab2'),
          access.server('bob', 'lab'),
          access.user('ada'),
          access.user('lab'),
          { kind: 'group', group: 'staff' },
          { kind: 'service', service: 's' },
          { kind: 'none' },
        ];
        for (const scope of Object.keys(scopes) as ScopeName[])
          for (const resource of others) expect(holds(held, scope, resource), scope).not.toBe('yes');
      }),
    );
  });

  test('is given exactly by those who hold all of it', () => {
    fc.assert(
      fc.property(names, raw, (some, mine) => {
        const access = accessOf({ roles: [], members: [], shared: [] });
        const held = access.expand(mine, ada);
        const wanted = access.expand(rawScopes({ server, scopes: some }), null);
        const caller = { owner: ada, scopes: held, via: 'token', tokenId: 1, sessionId: null, from: '' } as const;
        const isGiven = ((): boolean => {
          try {
            requireShareable(access, caller, server, some);
            return true;
          } catch {
            return false;
          }
        })();
        expect(isGiven).toBe(access.isWithin(wanted, held));
      }),
      { numRuns: 500 },
    );
  });
});

describe("the peer's examples", () => {
  const access = accessOf({ roles: [], members: [], shared: [] });
  const expand = (...some: string[]): string[] => [...access.expand(some, ada, client)].toSorted();

  test.each([
    [['custom:papers:all'], ['custom:papers:all', 'custom:papers:read', 'custom:papers:write']],
    [['custom:papers:write!user=bob'], ['custom:papers:read!user=bob', 'custom:papers:write!user=bob']],
    [['custom:unknown'], []],
    [['read:servers!server=bob/lab'], ['read:servers!server=bob/lab']],
    [['access:servers!server'], ['access:servers!server=bob/lab']],
    [
      ['shares!server=bob/lab'],
      [
        'access:servers!server=bob/lab',
        'groups:shares!server=bob/lab',
        'read:groups:shares!server=bob/lab',
        'read:shares!server=bob/lab',
        'shares!server=bob/lab',
        'users:shares!server=bob/lab',
      ],
    ],
  ])('%j stands for %j', (some, expected) => expect(expand(...some)).toEqual(expected));
});
