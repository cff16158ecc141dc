import { scopes, type ScopeName } from '@tshub/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandScopes } from './expand.ts';
import { intersectScopes, isWithin } from './intersect.ts';
import { holds } from './require.ts';

const common = (a: string[], b: string[]): string[] => [...intersectScopes(new Set(a), new Set(b))].toSorted();

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
    ['kinds with nothing in common', ['servers!group=g'], ['servers!user=ada'], []],
    ['the same group', ['servers!group=g'], ['servers!group=g'], ['servers!group=g']],
    ['other scopes', ['users'], ['groups'], []],
    ['a name that begins like another', ['servers!user=ad'], ['servers!server=ada/lab'], []],
  ])('%s', (_, a, b, expected) => {
    expect(common(a, b)).toEqual(expected);
    expect(common(b, a)).toEqual(expected);
  });

  test('a set is within one that covers all of it', () => {
    expect(isWithin(new Set(['servers!server=ada/']), new Set(['servers!user=ada']))).toBe(true);
    expect(isWithin(new Set(['servers!user=ada']), new Set(['servers!server=ada/']))).toBe(false);
    expect(isWithin(new Set(), new Set())).toBe(true);
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
  { kind: 'user', user: 'ada' } as const,
  { kind: 'user', user: 'bob' } as const,
  { kind: 'server', user: 'ada', server: '' } as const,
  { kind: 'server', user: 'bob', server: 'lab' } as const,
  { kind: 'service', service: 's' } as const,
);

describe('intersection, for all sets of scopes', () => {
  test('is never wider than either side, and never narrower than both', () => {
    fc.assert(
      fc.property(expanded, expanded, names, resource, (a, b, name, on) => {
        const both = intersectScopes(a, b);
        const heldByBoth = holds(a, name, on) === 'yes' && holds(b, name, on) === 'yes';
        expect(holds(both, name, on) === 'yes').toBe(heldByBoth);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not depend on the order, and with itself changes nothing', () => {
    fc.assert(
      fc.property(expanded, expanded, (a, b) => {
        expect(intersectScopes(a, b)).toEqual(intersectScopes(b, a));
        expect(intersectScopes(a, a)).toEqual(a);
      }),
    );
  });

  test('a larger set never leaves less in common', () => {
    fc.assert(
      fc.property(expanded, expanded, expanded, (a, b, more) => {
        const small = intersectScopes(a, b);
        const large = intersectScopes(a, expandScopes([...b, ...more], { owner: null }));
        expect(isWithin(small, large)).toBe(true);
      }),
    );
  });
});
