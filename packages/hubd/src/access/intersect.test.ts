import { scopes, type ScopeName } from '@tshub/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandScopes } from './expand.ts';
import { intersectScopes, isWithin } from './intersect.ts';
import { holds } from './require.ts';

/** ada is in the group g, bob in none. */
const groupsOf = (user: string): ReadonlySet<string> => new Set(user === 'ada' ? ['g'] : []);

const common = (a: string[], b: string[]): string[] =>
  [...intersectScopes(new Set(a), new Set(b), groupsOf)].toSorted();

describe('what two sets of scopes both allow', () => {
  test.each([
    ['unfiltered and unfiltered', ['proxy'], ['proxy'], ['proxy']],
    ['unfiltered and filtered', ['users'], ['users!user=ada'], ['users!user=ada']],
    ['the same filter', ['users!user=ada'], ['users!user=ada'], ['users!user=ada']],
    ['other users', ['users!user=ada'], ['users!user=bob'], []],
    ['a server within a user', ['servers!server=ada/lab'], ['servers!user=ada'], ['servers!server=ada/lab']],
    ['a server of another user', ['servers!server=bob/lab'], ['servers!user=ada'], []],
    [
      'several filters',
      ['servers!user=ada', 'servers!server=bob/'],
      ['servers!user=bob', 'servers!user=ada'],
      ['servers!server=bob/', 'servers!user=ada'],
    ],
    ['kinds with nothing in common', ['servers!group=g'], ['servers!user=bob'], []],
    ['a user within a group', ['servers!group=g'], ['servers!user=ada'], ['servers!user=ada']],
    ['a server within a group', ['servers!server=ada/lab'], ['servers!group=g'], ['servers!server=ada/lab']],
    ['a server of a user outside a group', ['servers!server=bob/lab'], ['servers!group=g'], []],
    ['the same group', ['servers!group=g'], ['servers!group=g'], ['servers!group=g']],
    ['other scopes', ['users'], ['groups'], []],
    ['a name that begins like another', ['servers!user=ad'], ['servers!server=ada/lab'], []],
  ])('%s', (_, a, b, expected) => {
    expect(common(a, b)).toEqual(expected);
    expect(common(b, a)).toEqual(expected);
  });

  test('a set is within one that covers all of it', () => {
    expect(isWithin(new Set(['servers!server=ada/']), new Set(['servers!user=ada']), groupsOf)).toBe(true);
    expect(isWithin(new Set(['servers!user=ada']), new Set(['servers!server=ada/']), groupsOf)).toBe(false);
    expect(isWithin(new Set(), new Set(), groupsOf)).toBe(true);
  });
});

const names = fc.constantFrom(...(Object.keys(scopes) as ScopeName[]));
const filter = fc.constantFrom(
  '',
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
const expanded = raw.map((some) => expandScopes(some, { owner: null }));
const resource = fc.constantFrom(
  { kind: 'none' } as const,
  { kind: 'user', user: 'ada', groups: groupsOf('ada') } as const,
  { kind: 'user', user: 'bob', groups: groupsOf('bob') } as const,
  { kind: 'server', user: 'ada', server: '', groups: groupsOf('ada') } as const,
  { kind: 'server', user: 'bob', server: 'lab', groups: groupsOf('bob') } as const,
  { kind: 'group', group: 'g' } as const,
  { kind: 'service', service: 's' } as const,
);

describe('intersection, for all sets of scopes', () => {
  test('is never wider than either side, and never narrower than both', () => {
    fc.assert(
      fc.property(expanded, expanded, names, resource, (a, b, name, on) => {
        const both = intersectScopes(a, b, groupsOf);
        const heldByBoth = holds(a, name, on) === 'yes' && holds(b, name, on) === 'yes';
        expect(holds(both, name, on) === 'yes').toBe(heldByBoth);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not depend on the order, and with itself changes nothing', () => {
    fc.assert(
      fc.property(expanded, expanded, (a, b) => {
        expect(intersectScopes(a, b, groupsOf)).toEqual(intersectScopes(b, a, groupsOf));
        expect(intersectScopes(a, a, groupsOf)).toEqual(a);
      }),
    );
  });

  test('a larger set never leaves less in common', () => {
    fc.assert(
      fc.property(expanded, expanded, expanded, (a, b, more) => {
        const small = intersectScopes(a, b, groupsOf);
        const large = intersectScopes(a, expandScopes([...b, ...more], { owner: null }), groupsOf);
        expect(isWithin(small, large, groupsOf)).toBe(true);
      }),
    );
  });
});
