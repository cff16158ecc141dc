import { describe, expect, test } from 'vitest';
import { RouteTree } from './route-tree.ts';

const tree = new RouteTree<string>();
for (const [method, path] of [
  ['GET', '/'],
  ['GET', '/users'],
  ['POST', '/users'],
  ['GET', '/users/:user'],
  ['GET', '/users/:user/server'],
  ['GET', '/users/:user/servers/'],
  ['GET', '/users/:user/servers/:server'],
  ['GET', '/users/me/server/log'],
] as const)
  tree.add(method, path, path);

describe('a path', () => {
  test.each([
    ['/', '/', []],
    ['/users', '/users', []],
    ['/users/ada', '/users/:user', ['ada']],
    ['/users/ada/server', '/users/:user/server', ['ada']],
    ['/users/ada/servers/', '/users/:user/servers/', ['ada']],
    ['/users/ada/servers/lab', '/users/:user/servers/:server', ['ada', 'lab']],
    // What a parameter holds is decoded once, and a slash in it does not separate.
    ['/users/a%2Fb', '/users/:user', ['a/b']],
    ['/users/a%252Fb', '/users/:user', ['a%2Fb']],
    ['/users/%zz', '/users/:user', ['%zz']],
    // A literal that leads nowhere does not hide the parameter beside it.
    ['/users/me/server', '/users/:user/server', ['me']],
    ['/users/me/server/log', '/users/me/server/log', []],
  ])('%s is found', (path, route, values) => {
    const found = tree.find(path);
    expect(found?.methods.get('GET')?.value).toBe(route);
    expect(found?.values).toEqual(values);
  });

  test.each([
    '',
    '/user',
    '/users/',
    '/users//server',
    '/users/ada/',
    '/users/ada/servers',
    '/users/ada/servers/lab/x',
  ])('%j is not', (path) => {
    expect(tree.find(path)).toBeUndefined();
  });

  test('has only one route for each method', () => {
    expect([...(tree.find('/users')?.methods.keys() ?? [])]).toEqual(['GET', 'POST']);
    expect(() => tree.add('GET', '/users/:name', '')).toThrow('two routes for GET /users/:name');
  });
});
