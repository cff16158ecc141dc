import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePrefix } from './route-prefix.ts';
import { RouteTable } from './route-table.ts';

function tableOf(...prefixes: string[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const prefix of prefixes) table.set(parsePrefix(prefix).segments, prefix);
  return table;
}

const ordinary = tableOf('/user/ada/', '/user/bob/', '/user/bob/lab/', '/user/x@y.org/', '/services/grades/');

describe('what a path leads to', () => {
  test.each([
    ['/user/ada/', '/user/ada/'],
    ['/user/ada', '/user/ada/'],
    ['/user/ada?next=/user/bob/', '/user/ada/'],
    ['/user/ada/lab/tree/a%2Fb//c', '/user/ada/'],
    ['/user/bob/lab/x', '/user/bob/lab/'],
    ['/user/bob/lab', '/user/bob/lab/'],
    ['/user/bob/labs', '/user/bob/'],
    ['/user/bob/', '/user/bob/'],
    ['/user/x@y.org/', '/user/x@y.org/'],
    ['/user/x%40y.org/', '/user/x@y.org/'],
    ['/%75ser/%61da/', '/user/ada/'],
    ['/services/grades/new', '/services/grades/'],
    ['/user/ada/..data/...', '/user/ada/'],
    ['/user/ada/%252e%252e/', '/user/ada/'],
    ['/user/ada/?x=/../..', '/user/ada/'],
    ['/user/ada/caf%E9/%zz/%', '/user/ada/'],
  ])('%s leads to %s', (target, route) => {
    expect(ordinary.find(target)).toEqual({ route });
  });

  test.each([
    '/',
    '/?a=b',
    '/hub/',
    '/hub/api/users/a%2Fb//c',
    '/user',
    '/user/',
    '/user/adam/',
    '/user/Ada/',
    '/users/ada/',
    '/constructor/x',
    '/__proto__/x',
    '/user/__proto__/x',
    '/user/hasOwnProperty',
    '/services/',
  ])('%s leads to the hub', (target) => {
    expect(ordinary.find(target)).toEqual({ route: null });
  });

  test.each([
    '//evil/user/bob/lab',
    '/user/ada/../bob/lab',
    '/user/ada/%2e%2e/bob/lab',
    '/user/ada/.%2E/bob',
    '/user/ada/./x',
    '/user/ada/x/..',
    '/user/ada/x%2f..%2fy',
    '/user/ada/x\\..\\y',
    '/user/ada%2f..%2fbob',
    '/user%2Fbob/lab',
    '/user\\bob/x',
    '/user%5cbob/x',
    '/user//bob/lab',
    '/user/%00/x',
    '/user/%/x',
    '/user/%zz/x',
    '/user/%ff/x',
    '/%',
    '/hub/..',
    '/hub/%2e%2e/user/ada/',
    '/user/bob//x',
    '/user/bob/lab%2Fx',
    '/user/ada/#x',
    'http://host/user/ada/',
    '*',
    '',
  ])('%s is refused', (target) => {
    expect(ordinary.find(target)).toHaveProperty('problem');
  });

  test('a path is judged alike before and after there are routes', () => {
    const empty = tableOf();
    for (const target of ['/user//bob', '/user/a%2fb/', '/services/%zz/', '//x']) {
      expect(empty.find(target)).toHaveProperty('problem');
      expect(ordinary.find(target)).toHaveProperty('problem');
    }
  });
});

describe('changing the table', () => {
  test('a route that is taken away leaves the shorter one', () => {
    const table = tableOf('/user/bob/', '/user/bob/lab/');
    expect(table.delete(['user', 'bob', 'lab'])).toBe('/user/bob/lab/');
    expect(table.find('/user/bob/lab/x')).toEqual({ route: '/user/bob/' });
    expect(table.size).toBe(1);
  });

  test('a route that is taken away leaves the longer one', () => {
    const table = tableOf('/user/bob/', '/user/bob/lab/');
    table.delete(['user', 'bob']);
    expect(table.find('/user/bob/lab/x')).toEqual({ route: '/user/bob/lab/' });
    expect(table.find('/user/bob/x')).toEqual({ route: null });
  });

  test('two hundred thousand routes are all listed, and leave nothing behind', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => ['user', `u${i}`]);
    const table = new RouteTable<string>();
    for (const name of names) table.set(name, name.join('/'));
    expect([...table.values()]).toHaveLength(200_000);
    for (const name of names) table.delete(name);
    expect([...table.values()]).toEqual([]);
    expect(table.find('/user/u1/x')).toEqual({ route: null });
  });

  test('taking away what is not there changes nothing', () => {
    const table = tableOf('/user/bob/lab/');
    expect(table.delete(['user', 'bob'])).toBeNull();
    expect(table.delete(['user', 'eve'])).toBeNull();
    expect([...table.values()]).toEqual(['/user/bob/lab/']);
  });

  test('a prefix that is set again holds the newer route', () => {
    const table = tableOf('/user/bob/');
    expect(table.set(['user', 'bob'], 'new')).toBe('/user/bob/');
    expect(table.size).toBe(1);
    expect([...table.values()]).toEqual(['new']);
  });
});

// A reader of the other kind: as an application that resolves, decodes and then splits would see the path.
function naive(target: string, prefixes: readonly string[]): string | null {
  const { pathname } = new URL(`http://host${target}`);
  const decoded = pathname.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
  const path = decoded.endsWith('/') ? decoded : `${decoded}/`;
  const fitting = prefixes.filter((prefix) => path.startsWith(prefix));
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

describe('what is matched is what is forwarded', () => {
  const prefixes = ['/user/ada/', '/user/bob/', '/user/bob/lab/', '/user/x@y/', '/services/s/'];
  const table = tableOf(...prefixes);
  const piece = fc.constantFrom(
    ...[
      '/',
      '/',
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%2f',
      '%5C',
      '\\',
      '%',
      '%40',
      '@',
      '%00',
      '%61',
      '?',
      '%25',
      '%3F',
      ';',
    ],
    ...['user', 'ada', 'bob', 'lab', 'hub', 'x', 'y', 's', 'services', 'da', 'b', 'é'],
  );
  const paths = fc.oneof(
    fc.array(piece, { maxLength: 14 }).map((parts) => `/${parts.join('')}`),
    fc
      .tuple(fc.constantFrom('/user/', '/services/', ...prefixes), fc.array(piece, { maxLength: 8 }))
      .map(([start, rest]) => start + rest.join('')),
  );

  test('whatever is let through is seen below the same prefix by a reader that resolves and decodes first', () => {
    fc.assert(
      fc.property(paths, (target) => {
        const found = table.find(target);
        if (found.problem !== undefined) return;
        expect(naive(target, prefixes)).toBe(found.route);
      }),
      { numRuns: 5000 },
    );
  });

  test('a plain path to a server is never refused', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_~@+=:,!$&'()*;-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (rest) => {
        expect(table.find(`/user/ada/${rest.join('/')}`)).toEqual({ route: '/user/ada/' });
      }),
    );
  });
});
