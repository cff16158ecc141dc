import { userModel } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, settingsForTest, type TestHub } from '../support/hub-for-test.ts';
import { quick } from '../support/servers-for-test.ts';

let t: TestHub;
let root: string;
/** Of a user who may administer users, and is no administrator. */
let clerk: string;
const patience = (seconds: number) => ({ hub: { allow_named_servers: true, slow_stop_timeout: seconds } });
beforeEach(async () => {
  t = await hubForTest({ timing: quick, settings: patience(60) });
  for (const name of ['ada', 'bob', 'eve']) await t.user(name);
  await t.user('root', { admin: true });
  root = await t.token('root');
  await t.hub.roles.create({ name: 'user-clerk', description: '', scopes: ['admin:users'] });
  await t.hub.roles.grant('user-clerk', { kind: 'user', name: 'eve' });
  clerk = await t.token('eve');
});
afterEach(() => t.close());

const call = (method: string, path: string, json?: unknown, token = root): ReturnType<TestHub['api']> =>
  t.api(path, { method, token, ...(json === undefined ? {} : { json }) });
const status = async (...request: Parameters<typeof call>): Promise<number> => (await call(...request)).status;

describe('making users', () => {
  test('one: 201 and the model; again: 409', async () => {
    const made = await call('POST', '/users/dan');
    expect([made.status, userModel.parse(made.json())]).toMatchObject([
      201,
      { kind: 'user', name: 'dan', admin: false, roles: ['user'], groups: [], servers: {}, last_activity: null },
    ]);
    const again = await call('POST', '/users/dan');
    expect([again.status, again.json()]).toEqual([409, { status: 409, message: 'User dan already exists' }]);
    expect((await call('POST', '/users/boss', { admin: true })).json()).toMatchObject({
      admin: true,
      roles: ['admin', 'user'],
    });
  });

  test('several: those that there are already are left out', async () => {
    const made = await call('POST', '/users', { usernames: ['ada', 'dan', ' kim ', 'dan'] });
    expect([
      made.status,
      made
        .json<Array<{ name: string }>>()
        .map(({ name }) => name)
        .toSorted(),
    ]).toEqual([201, ['dan', 'kim']]);
    expect((await call('POST', '/users', { usernames: ['dan', 'kim'] })).json()).toEqual({
      status: 409,
      message: 'All 2 users already exist',
    });
  });

  test.each([
    ['/users', undefined, 'Must specify at least one user to create'],
    ['/users', { usernames: [] }, 'Must specify at least one user to create'],
    ['/users', { usernames: ['x', 'a/b', '', '-x'] }, 'Invalid username(s): a/b, , -x'],
    ['/users', { usernames: 'x' }, expect.stringContaining('usernames')],
    ['/users', { usernames: ['x'], admin: 'yes' }, expect.stringContaining('admin')],
    ['/users', { usernames: ['x'], colour: 'red' }, expect.stringContaining('colour')],
    ['/users', { usernames: ['x'], groups: ['staff'] }, expect.stringContaining('POST /groups/GROUP/users')],
    ['/users/x', { admin: 1 }, expect.stringContaining('admin')],
    ['/users/-x', undefined, 'Invalid username(s): -x'],
  ])('POST %s %j is 400, and nobody is made', async (path, body, message) => {
    expect((await call('POST', path, body)).json()).toEqual({ status: 400, message });
    expect(await status('GET', '/users/x')).toBe(404);
  });
});

test('names are what a login would make of them', async () => {
  expect((await call('POST', '/users/Erin')).json()['name']).toBe('Erin');
  const login = { authenticator: 'dummy', dummy_is_for_tests_only: true, username_pattern: '[a-z]+' };
  t.hub.reload(settingsForTest({ ...patience(60), login: { ...login, username_map: { rob: 'bob' } } }));
  expect((await call('POST', '/users/Dan')).json()['name']).toBe('dan');
  expect((await call('POST', '/users/Rob')).json()).toEqual({ status: 409, message: 'User bob already exists' });
  expect((await call('PATCH', '/users/ada', { name: 'ada2' })).json()['message']).toBe('Invalid username(s): ada2');
  expect((await call('POST', '/groups/staff', { users: ['ADA', 'rob'] })).json()['users']).toEqual(['ada', 'bob']);
});

describe('who is no administrator', () => {
  test('makes none, and changes and deletes none', async () => {
    expect(await status('POST', '/users', { usernames: ['dan'] }, clerk)).toBe(201);
    expect((await call('POST', '/users', { usernames: ['kim'], admin: true }, clerk)).json()).toEqual({
      status: 403,
      message: 'Only admins can grant admin permissions',
    });
    expect(await status('POST', '/users/kim', { admin: true }, clerk)).toBe(403);
    for (const user of ['eve', 'dan'])
      expect(await status('PATCH', `/users/${user}`, { admin: true }, clerk)).toBe(403);
    expect((await call('PATCH', '/users/root', { name: 'toor' }, clerk)).json()['message']).toBe(
      'Only admins can modify other admins',
    );
    expect(await status('PATCH', '/users/root', { admin: false }, clerk)).toBe(403);
    expect(await status('DELETE', '/users/root', undefined, clerk)).toBe(403);
    expect(await status('PATCH', '/users/dan', { admin: false }, clerk)).toBe(200);
  });

  test('is also who uses a token that holds less than that of an administrator', async () => {
    const weak = await t.token('root', ['admin:users']);
    expect(await status('PATCH', '/users/ada', { admin: true }, weak)).toBe(403);
    expect(await status('PATCH', '/users/ada', { admin: true })).toBe(200);
  });
});

describe('changing a user', () => {
  test('makes an administrator of them, or none', async () => {
    const ada = await t.token('ada');
    expect((await call('PATCH', '/users/ada', { admin: true })).json()).toMatchObject({
      admin: true,
      auth_state: null,
    });
    expect(await status('GET', '/users', undefined, ada)).toBe(200);
    await call('PATCH', '/users/ada', { admin: false });
    expect(await status('GET', '/users', undefined, ada)).toBe(403);
  });

  test.each([
    [{ name: 'bob' }, 'User bob already exists, username must be unique'],
    [{ name: 'a/b' }, 'Invalid username(s): a/b'],
    [{ name: 7 }, expect.stringContaining('name')],
    [{ roles: ['admin'] }, expect.stringContaining('PUT /roles/ROLE/users/NAME')],
    [{ colour: 'red' }, expect.stringContaining('colour')],
    [{ auth_state: {} }, 'auth_state is switched off; see enable_auth_state in tshub.toml(5)'],
    [null, expect.stringContaining('body')],
  ])('%j is 400', async (body, message) => {
    expect((await call('PATCH', '/users/ada', body)).json()).toEqual({ status: 400, message });
  });

  test('nothing of a change is done when a part of it is wrong', async () => {
    expect(await status('PATCH', '/users/ada', { admin: true, name: 'bob' })).toBe(400);
    expect((await call('GET', '/users/ada')).json()['admin']).toBe(false);
    expect(await status('PATCH', '/users/nobody', { admin: true })).toBe(404);
  });
});

describe('renaming a user', () => {
  test('takes everything along, and stops the servers first', async () => {
    await t.hub.groups.create(['staff'], { users: ['ada'] });
    await t.hub.roles.create({ name: 'metrics', description: '', scopes: ['read:metrics', 'read:users!user=ada'] });
    await t.hub.roles.grant('metrics', { kind: 'user', name: 'ada' });
    const ada = await t.token('ada');
    const narrow = await t.token('ada', ['read:servers!server=ada/lab', 'read:users:name!user=ada']);
    for (const path of ['/users/ada/server', '/users/ada/servers/lab'])
      expect(await status('POST', path, undefined, ada)).toBe(201);

    expect((await call('PATCH', '/users/ada', { name: 'ida' })).json()).toMatchObject({
      name: 'ida',
      groups: ['staff'],
    });
    expect(await status('GET', '/users/ada')).toBe(404);
    expect(t.spawner.units.size).toBe(0);
    expect((await call('GET', '/user', undefined, ada)).json()).toMatchObject({
      name: 'ida',
      roles: ['metrics', 'user'],
      groups: ['staff'],
    });
    expect((await call('GET', '/user', undefined, narrow)).json()['scopes']).toEqual([
      'read:servers!server=ida/lab',
      'read:users:name!user=ida',
    ]);
    expect(t.hub.roles.get('metrics')?.scopes).toEqual(['read:metrics', 'read:users!user=ida']);
    expect((await call('GET', '/groups/staff')).json()['users']).toEqual(['ida']);
    expect(Object.keys((await call('GET', '/users/ida?include_stopped_servers')).json()['servers'] as object)).toEqual([
      '',
      'lab',
    ]);
    expect(await status('POST', '/users/ida/servers/lab', undefined, ada)).toBe(201);
    expect(t.spawner.starts.at(-1)).toMatchObject({ user: 'ida' });
    expect(await t.hub.db('oauth_clients').select('id')).toEqual([{ id: 'jupyterhub-user-ida!lab' }]);
    expect(t.logged.find(({ event }) => event === 'user-changed')).toMatchObject({
      user: 'ida',
      msg: 'user ida was renamed from ada by root',
    });
  });

  test('leaves nothing for who gets the old name', async () => {
    const ada = await t.token('ada');
    await call('PATCH', '/users/ada', { name: 'ida' });
    await call('POST', '/users/ada');
    expect(await status('GET', '/users/ada', undefined, ada)).toBe(404);
    expect(await status('GET', '/users/ida', undefined, ada)).toBe(200);
  });

  test('waits for the servers no longer than slow_stop_timeout', async () => {
    await call('POST', '/users/ada/server');
    t.hub.reload(settingsForTest(patience(0.01)));
    const gate = t.spawner.gates.hold('Stop', 'before');
    const late = await call('PATCH', '/users/ada', { name: 'ida' });
    expect([late.status, late.json()['message']]).toEqual([
      400,
      'The servers of ada are in the process of stopping; please wait and try again',
    ]);
    t.hub.reload(settingsForTest(patience(60)));
    gate.open();
    expect(await status('PATCH', '/users/ada', { name: 'ida' })).toBe(200);
  });
});

describe('deleting a user', () => {
  test('stops all servers, then nothing of them is left', async () => {
    const ada = await t.token('ada');
    await t.hub.groups.create(['staff'], { users: ['ada'] });
    for (const path of ['/users/ada/server', '/users/ada/servers/lab']) await call('POST', path);
    const gone = await call('DELETE', '/users/ada');
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect(t.spawner.units.size).toBe(0);
    expect(t.hub.servers.activeCount).toBe(0);
    expect(await status('GET', '/user', undefined, ada)).toBe(403);
    expect(await status('DELETE', '/users/ada')).toBe(404);
    expect((await call('GET', '/groups/staff')).json()['users']).toEqual([]);
    for (const table of ['servers', 'oauth_clients', 'group_members']) expect(await t.hub.db(table)).toEqual([]);
    await call('POST', '/users/ada');
    expect((await call('GET', '/users/ada?include_stopped_servers')).json()).toMatchObject({ groups: [], servers: {} });
  });

  test('is not for oneself', async () => {
    expect((await call('DELETE', '/users/root')).json()).toEqual({ status: 400, message: 'Cannot delete yourself!' });
  });

  test('lets no server begin meanwhile', async () => {
    const ada = await t.token('ada');
    await call('POST', '/users/ada/server');
    const gate = t.spawner.gates.hold('Stop', 'before');
    const deleting = call('DELETE', '/users/ada');
    await gate.reached;
    expect((await call('POST', '/users/ada/servers/lab', undefined, ada)).json()['message']).toContain('pending');
    gate.open();
    expect((await deleting).status).toBe(204);
    expect(t.spawner.starts).toHaveLength(1);
  });
});

describe('lists', () => {
  test('of whom is ready are cut into full pages, and counted', async () => {
    for (const name of ['ada', 'bob', 'eve']) await call('POST', `/users/${name}/server`);
    t.hub.reload(settingsForTest(patience(0.01)));
    const gate = t.spawner.gates.hold('Stop', 'before');
    expect(await status('DELETE', '/users/ada/server')).toBe(202);
    const headers = { Accept: 'application/jupyterhub-pagination+json' };
    const page = (await t.api('/users?state=ready&limit=1&sort=name', { token: root, headers })).json<{
      items: Array<{ name: string }>;
      _pagination: { total: number; next: { offset: number } | null };
    }>();
    expect([page.items.map(({ name }) => name), page._pagination.total]).toEqual([['bob'], 2]);
    gate.open();
  });

  test('admin access is what access:servers says', async () => {
    expect(await status('POST', '/users/ada/admin-access')).toBe(200);
    expect(await status('POST', '/users/ada/admin-access', undefined, await t.token('root', ['servers']))).toBe(403);
    expect(await status('POST', '/users/ada/admin-access', undefined, clerk)).toBe(404);
  });
});

test('auth_state is set and shown, to whom it may be, and kept encrypted', async () => {
  const own = await hubForTest({
    secrets: { authStateKeys: [Buffer.alloc(32, 7)] },
    settings: { login: { enable_auth_state: true } },
  });
  await own.user('ada');
  await own.user('root', { admin: true });
  const [admin, reader] = [await own.token('root'), await own.token('root', ['read:users'])];
  const patch = { method: 'PATCH', token: admin, json: { auth_state: { refresh: 'a-secret' } } };
  expect((await own.api('/users/ada', patch)).json()).toMatchObject({ auth_state: { refresh: 'a-secret' } });
  expect((await own.api('/users/ada', { token: admin })).json()).toMatchObject({ auth_state: { refresh: 'a-secret' } });
  expect((await own.api('/users/ada', { token: reader })).json()).not.toHaveProperty('auth_state');
  expect(JSON.stringify(await own.hub.db('login_records'))).not.toContain('a-secret');
  await own.close();
});

test('who is there stays an administrator when a test asks for them by name alone', async () => {
  await t.user('grace', { admin: true });
  expect((await t.user('grace')).admin).toBe(true);
  expect((await t.user('grace', { admin: false })).admin).toBe(false);
});
