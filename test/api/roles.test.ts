import { roleModel } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let root: string;
beforeEach(async () => {
  t = await hubForTest({ settings: { roles: { graders: { scopes: ['read:metrics'], users: ['bob'] } } } });
  for (const name of ['ada', 'bob', 'eve']) await t.user(name);
  await t.user('root', { admin: true });
  await t.hub.groups.create(['staff'], { users: ['eve'] });
  root = await t.token('root');
});
afterEach(() => t.close());

const call = (method: string, path: string, json?: unknown, token = root): ReturnType<TestHub['api']> =>
  t.api(path, { method, token, ...(json === undefined ? {} : { json }) });
const make = (name: string, scopes: readonly string[], token = root) => call('POST', '/roles', { name, scopes }, token);
const scopesOf = async (user: string): Promise<readonly string[]> =>
  (await t.api('/user', { token: await t.token(user) })).json()['scopes'] as string[];

describe('roles at runtime', () => {
  test('are made, read, changed and deleted', async () => {
    const made = await call('POST', '/roles', { name: 'helpers', description: 'Help', scopes: ['list:users'] });
    const helpers = {
      kind: 'role',
      name: 'helpers',
      description: 'Help',
      scopes: ['list:users'],
      managed: '',
      everyone: false,
      users: [],
      groups: [],
      services: [],
    };
    expect([made.status, roleModel.parse(made.json())]).toEqual([201, helpers]);
    expect((await call('GET', '/roles/helpers')).json()).toEqual(helpers);
    expect((await call('PATCH', '/roles/helpers', { scopes: ['read:hub'] })).json()).toEqual({
      ...helpers,
      scopes: ['read:hub'],
    });
    expect((await call('PATCH', '/roles/helpers', { description: '' })).json()).toMatchObject({
      description: '',
      scopes: ['read:hub'],
    });
    expect((await call('DELETE', '/roles/helpers')).status).toBe(204);
    expect((await call('GET', '/roles/helpers')).json()).toEqual({ status: 404, message: 'Role helpers not found' });
  });

  test('are listed by name, with who looks after each and who holds it', async () => {
    const list = (await call('GET', '/roles')).json<unknown[]>().map((one) => roleModel.parse(one));
    expect(list.map(({ name, managed }) => [name, managed])).toEqual([
      ['admin', 'built-in'],
      ['culler', 'built-in'],
      ['graders', 'config'],
      ['server', 'built-in'],
      ['token', 'built-in'],
      ['user', 'built-in'],
    ]);
    expect(list.find(({ name }) => name === 'admin')?.users).toEqual(['root']);
    expect(list.find(({ name }) => name === 'user')?.everyone).toBe(true);
    expect(list.find(({ name }) => name === 'graders')?.users).toEqual(['bob']);
  });

  test.each([
    [{ name: 'x', scopes: [] }, 400],
    [{ name: 'Big', scopes: [] }, 400],
    [{ name: 'helpers' }, 400],
    [{ name: 'helpers', scopes: ['read:everything'] }, 403],
    [{ name: 'helpers', scopes: [], colour: 'red' }, 400],
    [{ name: 'admin', scopes: [] }, 409],
  ])('%j is refused', async (body, status) => {
    expect((await call('POST', '/roles', body)).status).toBe(status);
  });

  test('count with the next request: given to a user, a group, a service, and taken again', async () => {
    await make('metrics', ['read:metrics']);
    const holders = [
      ['users/ada', 'ada'],
      ['groups/staff', 'eve'],
      ['services/culler', 'culler'],
    ] as const;
    for (const [path, who] of holders) {
      expect((await call('PUT', `/roles/metrics/${path}`)).status, path).toBe(204);
      expect((await call('PUT', `/roles/metrics/${path}`)).status, path).toBe(204);
      expect(await scopesOf(who), path).toContain('read:metrics');
    }
    expect((await call('GET', '/roles/metrics')).json()).toMatchObject({
      users: ['ada'],
      groups: ['staff'],
      services: ['culler'],
    });
    for (const [path, who] of holders) {
      expect((await call('DELETE', `/roles/metrics/${path}`)).status, path).toBe(204);
      expect(await scopesOf(who), path).not.toContain('read:metrics');
    }
  });

  test('go to nobody who is not there', async () => {
    await make('metrics', ['read:metrics']);
    for (const path of ['users/nobody', 'groups/nothing', 'services/none'])
      expect((await call('PUT', `/roles/metrics/${path}`)).status, path).toBe(404);
    expect((await call('PUT', '/roles/nothing/users/ada')).status).toBe(404);
  });

  test('admin is the flag of a user', async () => {
    expect((await call('PUT', '/roles/admin/users/ada')).status).toBe(204);
    expect((await t.api('/users/ada', { token: root })).json()['admin']).toBe(true);
    expect(await scopesOf('ada')).toContain('admin:users');
    expect((await call('DELETE', '/roles/admin/users/ada')).status).toBe(204);
    expect(await scopesOf('ada')).not.toContain('admin:users');
  });

  test('of the settings and built-in ones are not changed here', async () => {
    for (const name of ['graders', 'user']) {
      expect((await call('PATCH', `/roles/${name}`, { description: 'x' })).status, name).toBe(
        name === 'user' ? 405 : 405,
      );
      expect((await call('DELETE', `/roles/${name}`)).json()['message'], name).toContain('cannot be changed here');
    }
    expect((await call('PUT', '/roles/graders/users/ada')).json()).toEqual({
      status: 405,
      message: 'Role graders is defined in tshub.toml and cannot be changed here',
    });
    expect(await scopesOf('ada')).not.toContain('read:metrics');
  });

  test('are in the journal with who changed them', async () => {
    await make('metrics', ['read:metrics']);
    await call('PUT', '/roles/metrics/users/ada');
    expect(
      t.logged.filter(({ event }) => event === 'role-changed').map(({ msg, role, by }) => [msg, role, by]),
    ).toEqual([
      ['role metrics was made of [read:metrics] by root', 'metrics', 'root'],
      ['role metrics was given to user ada by root', 'metrics', 'root'],
    ]);
  });
});

describe('nobody gives away what they do not hold', () => {
  let clerk: string;
  beforeEach(async () => {
    await make('role-clerk', ['admin:roles', 'list:users', 'read:users!group=staff']);
    await call('PUT', '/roles/role-clerk/users/eve');
    clerk = await t.token('eve');
  });

  test.each([
    ['a scope not held', ['admin:users']],
    ['a scope held with a filter', ['read:users!group=staff']],
    ['a scope below one that is filtered', ['read:users:groups!group=staff']],
    ["everybody's own things", ['self']],
    ['what the holder of the token may', ['inherit']],
    ['what is no scope', ['read:everything']],
    ['a custom scope of nobody', ['custom:grades:read']],
  ])('%s makes no role', async (_, scopes) => {
    expect((await make('mine', scopes, clerk)).status).toBe(403);
    expect((await make('mine', ['list:users'], clerk)).status).toBe(201);
    expect((await call('PATCH', '/roles/mine', { scopes }, clerk)).status).toBe(403);
  });

  test('what is held is given away, with or without a filter', async () => {
    expect((await make('lists', ['list:users', 'list:users!group=staff'], clerk)).status).toBe(201);
    expect((await call('PUT', '/roles/lists/users/ada', undefined, clerk)).status).toBe(204);
  });

  test('a role of others that does more is neither given, taken, changed nor deleted', async () => {
    await make('strong', ['access:servers']);
    const tries = [
      ['PUT', '/roles/strong/users/eve'],
      ['PUT', '/roles/admin/users/eve'],
      ['PUT', '/roles/admin/groups/staff'],
      ['DELETE', '/roles/admin/users/root'],
      ['DELETE', '/roles/strong'],
    ] as const;
    for (const [method, path] of tries) {
      const answer = await call(method, path, undefined, clerk);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.json()['message']).toContain('missing: ');
    }
    expect((await call('PATCH', '/roles/strong', { scopes: [] }, clerk)).status).toBe(403);
  });

  test('a token that holds less than its owner gives away less', async () => {
    const weak = await t.token('root', ['admin:roles']);
    expect((await make('mine', ['list:users'], weak)).status).toBe(403);
    expect((await call('PUT', '/roles/admin/users/ada', undefined, weak)).status).toBe(403);
    expect((await make('mine', ['read:roles'], weak)).status).toBe(201);
  });

  test('who may not see roles sees none', async () => {
    const ada = await t.token('ada');
    expect((await call('GET', '/roles', undefined, ada)).status).toBe(403);
    expect((await call('GET', '/roles/admin', undefined, await t.token('root', ['read:roles!user=ada']))).status).toBe(
      404,
    );
  });
});
