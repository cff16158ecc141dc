import { groupModel } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let root: string;
beforeEach(async () => {
  t = await hubForTest();
  for (const name of ['ada', 'bob', 'eve']) await t.user(name);
  await t.user('root', { admin: true });
  root = await t.token('root');
});
afterEach(() => t.close());

const call = (method: string, path: string, json?: unknown, token = root): ReturnType<TestHub['api']> =>
  t.api(path, { method, token, ...(json === undefined ? {} : { json }) });
const usersOf = async (group: string): Promise<unknown> => (await call('GET', `/groups/${group}`)).json()['users'];

describe('making groups', () => {
  test('one at a time, with or without first users', async () => {
    const made = await call('POST', '/groups/staff', { users: ['ada', ' bob '] });
    expect([made.status, groupModel.parse(made.json())]).toEqual([
      201,
      { kind: 'group', name: 'staff', roles: [], users: ['ada', 'bob'], properties: {} },
    ]);
    expect((await call('POST', '/groups/empty')).json()['users']).toEqual([]);
    expect((await t.api('/users/ada', { token: root })).json()['groups']).toEqual(['staff']);
  });

  test('several at once, all with the same users, or none of them', async () => {
    const made = await call('POST', '/groups', { groups: ['a', 'b'], users: ['ada'] });
    expect([
      made.status,
      made.json<Array<{ name: string; users: string[] }>>().map((one) => [one.name, one.users]),
    ]).toEqual([
      201,
      [
        ['a', ['ada']],
        ['b', ['ada']],
      ],
    ]);
    const taken = await call('POST', '/groups', { groups: ['b', 'c'] });
    expect([taken.status, taken.json()['message']]).toEqual([409, 'Group b already exists']);
    expect((await call('GET', '/groups/c')).status).toBe(404);
  });

  test.each([
    ['/groups', undefined, 400],
    ['/groups', { groups: [] }, 400],
    ['/groups', { groups: ['x'], users: ['nobody'] }, 400],
    ['/groups', { groups: ['a/b'] }, 400],
    ['/groups', { groups: ['x'], colour: 'red' }, 400],
    ['/groups/x', { users: ['nobody'] }, 400],
    ['/groups/x', { users: 'ada' }, 400],
    ['/groups/x', { roles: ['admin'] }, 400],
  ])('POST %s %j is refused', async (path, body, status) => {
    expect((await call('POST', path, body)).status).toBe(status);
    expect((await call('GET', '/groups/x')).status).toBe(404);
  });
});

describe('a group', () => {
  beforeEach(async () => {
    await call('POST', '/groups', { groups: ['staff', 'other'], users: ['ada'] });
  });

  test('that is not there is 404 with its name', async () => {
    const answer = await call('GET', '/groups/nothing');
    expect(answer.json()).toEqual({ status: 404, message: 'No such group: nothing' });
    expect((await call('DELETE', '/groups/nothing')).status).toBe(404);
    expect((await call('POST', '/groups/staff')).status).toBe(409);
  });

  test('gains and loses users, all of those named or none', async () => {
    expect((await call('POST', '/groups/staff/users', { users: ['bob', 'eve'] })).json()['users']).toEqual([
      'ada',
      'bob',
      'eve',
    ]);
    expect((await call('POST', '/groups/staff/users', { users: ['root', 'nobody'] })).status).toBe(400);
    expect((await call('POST', '/groups/staff/users', {})).status).toBe(400);
    expect((await call('DELETE', '/groups/staff/users', { users: ['ada', 'eve'] })).json()['users']).toEqual(['bob']);
    expect((await call('DELETE', '/groups/staff/users', { users: ['nobody'] })).status).toBe(400);
    expect((await call('DELETE', '/groups/staff/users')).status).toBe(400);
    expect(await usersOf('staff')).toEqual(['bob']);
  });

  test('has properties, replaced as a whole', async () => {
    expect((await call('PUT', '/groups/staff/properties', { quota: 3, more: { deep: [1] } })).json()).toMatchObject({
      properties: { quota: 3, more: { deep: [1] } },
    });
    expect((await call('PUT', '/groups/staff/properties', { quota: 4 })).json()['properties']).toEqual({ quota: 4 });
    for (const body of [[1], 'text', null])
      expect((await call('PUT', '/groups/staff/properties', body)).status).toBe(400);
    expect((await call('GET', '/groups/staff')).json()['properties']).toEqual({ quota: 4 });
  });

  test('goes with everything that was held through it', async () => {
    await t.hub.roles.create({ name: 'metrics', description: '', scopes: ['read:metrics'] });
    await t.hub.roles.grant('metrics', { kind: 'group', name: 'staff' });
    const ada = await t.token('ada');
    const scopes = async () => (await t.api('/user', { token: ada })).json()['scopes'] as string[];
    expect(await scopes()).toContain('read:metrics');
    const gone = await call('DELETE', '/groups/staff');
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect(await scopes()).not.toContain('read:metrics');
    await call('POST', '/groups/staff', { users: ['ada'] });
    expect(await scopes()).not.toContain('read:metrics');
  });

  test('shows to each what their scopes cover', async () => {
    const shown = async (...scopes: string[]) =>
      (await call('GET', '/groups/staff', undefined, await t.token('root', scopes))).json();
    expect(await shown('read:groups:name')).toEqual({ kind: 'group', name: 'staff' });
    expect(await shown('read:roles:groups')).toEqual({ kind: 'group', name: 'staff', roles: [] });
    expect(await shown('read:groups')).toEqual({ kind: 'group', name: 'staff', users: ['ada'], properties: {} });
  });

  test('is changed in the journal by name', async () => {
    await call('POST', '/groups/staff/users', { users: ['bob'] });
    expect(t.logged.filter(({ event }) => event === 'group-changed').at(-1)).toMatchObject({
      group: 'staff',
      by: 'root',
      msg: 'group staff got 1 users (bob) by root',
    });
  });
});

describe('the list of groups', () => {
  const optIn = { Accept: 'application/jupyterhub-pagination+json' };
  beforeEach(async () => {
    await call('POST', '/groups', { groups: ['c', 'a', 'b'] });
  });

  test('is in the order of making, a page at a time', async () => {
    const bare = (await call('GET', '/groups')).json<Array<{ name: string }>>();
    expect(bare.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
    const page = (await t.api('/groups?limit=2', { token: root, headers: optIn })).json<{
      items: unknown[];
      _pagination: { total: number; next: { url: string } };
    }>();
    expect([page.items.length, page._pagination.total]).toEqual([2, 3]);
    expect(page._pagination.next.url).toBe(`${t.apiUrl}/groups?limit=2&offset=2`);
    expect((await call('GET', '/groups?limit=x')).json()['message']).toBe(
      'Invalid argument type, offset and limit must be integers',
    );
  });

  test('holds what a filtered scope names, and counts no more than that', async () => {
    const token = await t.token('root', ['list:groups!group=a', 'list:groups!group=b']);
    const page = (await t.api('/groups', { token, headers: optIn })).json<Record<string, unknown>>();
    expect(page).toMatchObject({
      items: [
        { kind: 'group', name: 'a' },
        { kind: 'group', name: 'b' },
      ],
      _pagination: { total: 2, next: null },
    });
    expect((await t.api('/groups', { token: await t.token('root', ['list:groups!user=ada']) })).status).toBe(403);
  });
});

test('only administrators put people into a group whose members are administrators, or take them out', async () => {
  await call('POST', '/groups/ops', { users: ['bob'] });
  await t.hub.roles.grant('admin', { kind: 'group', name: 'ops' });
  await t.hub.roles.create({ name: 'group-clerk', description: '', scopes: ['admin:groups'] });
  await t.hub.roles.grant('group-clerk', { kind: 'user', name: 'eve' });
  const eve = await t.token('eve');
  expect((await call('POST', '/groups/staff', { users: ['eve'] }, eve)).status).toBe(201);
  expect((await call('POST', '/groups/ops/users', { users: ['eve'] }, eve)).status).toBe(403);
  expect((await call('DELETE', '/groups/ops/users', { users: ['bob'] }, eve)).status).toBe(403);
  expect((await call('DELETE', '/groups/ops', undefined, eve)).status).toBe(403);
  expect(await usersOf('ops')).toEqual(['bob']);
  expect((await call('POST', '/groups/ops/users', { users: ['eve'] }, await t.token('bob'))).status).toBe(200);
});

test('nor into one whose members may make tokens of everybody, and nobody else renames or deletes an administrator by group', async () => {
  await t.hub.roles.create({ name: 'minter', description: '', scopes: ['tokens'] });
  await t.hub.roles.create({ name: 'clerk', description: '', scopes: ['admin:groups', 'admin:users'] });
  await call('POST', '/groups/desk', {});
  await t.hub.roles.grant('minter', { kind: 'group', name: 'desk' });
  await t.user('eve');
  await t.hub.roles.grant('clerk', { kind: 'user', name: 'eve' });
  const eve = await t.token('eve');
  expect((await call('POST', '/groups/desk/users', { users: ['eve'] }, eve)).status).toBe(403);
  await call('POST', '/groups/chiefs', { users: ['bob'] });
  await t.hub.roles.grant('admin', { kind: 'group', name: 'chiefs' });
  expect((await call('PATCH', '/users/bob', { name: 'rob' }, eve)).status).toBe(403);
  expect((await call('DELETE', '/users/bob', undefined, eve)).status).toBe(403);
});
