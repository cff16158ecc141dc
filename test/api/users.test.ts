import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
beforeEach(async () => {
  t = await hubForTest();
  await t.user('ada');
  await t.user('bob');
  await t.user('root', { admin: true });
});
afterEach(() => t.close());

interface UserModel {
  readonly name: string;
  readonly servers: Record<string, { readonly ready: boolean; readonly url: string; readonly state?: unknown }>;
}
interface Pages {
  readonly items: UserModel[];
  readonly _pagination: {
    readonly total: number;
    readonly next: { readonly url: string; readonly offset: number } | null;
  };
}

async function startServerOf(name: string): Promise<void> {
  expect((await t.api(`/users/${name}/server`, { method: 'POST', token: await t.token(name) })).status).toBe(201);
}

describe('who the credentials belong to', () => {
  test('a user sees itself, its scopes and which token it is', async () => {
    const me = (await t.api('/user', { token: await t.token('ada') })).json();
    expect(me).toMatchObject({
      kind: 'user',
      name: 'ada',
      admin: false,
      roles: ['user'],
      groups: [],
      server: null,
      pending: null,
      servers: {},
      session_id: null,
    });
    expect(me['token_id']).toMatch(/^a\d+$/);
    expect(me['scopes']).toContain('access:servers!user=ada');
    expect(me['scopes']).toEqual((me['scopes'] as string[]).toSorted());
  });

  test('a token that may do nothing still says whose it is', async () => {
    const me = (await t.api('/user', { token: await t.token('ada', []) })).json();
    expect(me).toMatchObject({ kind: 'user', name: 'ada', groups: [], scopes: [] });
    expect(me).not.toHaveProperty('servers');
  });

  test('a service is a service', async () => {
    const me = (await t.api('/user', { token: await t.token('culler') })).json();
    expect(me).toMatchObject({ kind: 'service', name: 'culler', admin: false });
    expect(me['scopes']).toContain('delete:servers');
  });

  test('without credentials there is nobody to see', async () => {
    for (const headers of [{}, { Authorization: 'token nonsense' }, { Authorization: 'Basic YWRhOng=' }]) {
      const answer = await t.api('/user', { headers });
      expect([answer.status, answer.json()]).toEqual([
        403,
        { status: 403, message: 'Missing or invalid credentials.' },
      ]);
    }
  });

  test('the running server of a user is where it says', async () => {
    await startServerOf('ada');
    const me = (await t.api('/user', { token: await t.token('ada') })).json();
    expect(me).toMatchObject({
      server: '/user/ada/',
      pending: null,
      servers: { '': { name: '', ready: true, url: '/user/ada/' } },
    });
  });
});

describe('one user', () => {
  test('is shown in full to itself and to an administrator', async () => {
    for (const owner of ['ada', 'root']) {
      const answer = await t.api('/users/ada', { token: await t.token(owner) });
      expect([answer.status, answer.json()['name']]).toEqual([200, 'ada']);
    }
  });

  test('looks missing to others, there or not', async () => {
    const token = await t.token('bob');
    for (const name of ['ada', 'nobody']) {
      expect((await t.api(`/users/${name}`, { token })).json()).toEqual({
        status: 404,
        message: 'No access to resources or resources not found',
      });
    }
    expect((await t.api('/users/nobody', { token: await t.token('root') })).json()).toEqual({
      status: 404,
      message: 'User nobody not found',
    });
  });

  test('stopped servers are shown when asked for', async () => {
    const token = await t.token('ada');
    await startServerOf('ada');
    expect((await t.api('/users/ada/server', { method: 'DELETE', token })).status).toBe(204);
    const servers = async (query: string): Promise<string[]> =>
      Object.keys((await t.api(`/users/ada${query}`, { token })).json<UserModel>().servers);
    expect(await servers('')).toEqual([]);
    expect(await servers('?include_stopped_servers')).toEqual(['']);
    expect(await servers('?include_stopped_servers=0')).toEqual([]);
  });

  test('the state of a server is for administrators', async () => {
    await startServerOf('ada');
    const stateFor = async (owner: string): Promise<unknown> =>
      (await t.api('/users/ada', { token: await t.token(owner) })).json<UserModel>().servers['']?.state;
    expect(await stateFor('ada')).toBeUndefined();
    expect(await stateFor('root')).toMatchObject({ unit_name: 'tshub-server-ada.service' });
  });

  test('names are taken percent-decoded and exactly as they are', async () => {
    await t.user('a b@c');
    const token = await t.token('root');
    expect((await t.api('/users/a%20b%40c', { token })).json()).toMatchObject({ name: 'a b@c' });
    expect((await t.api('/users/ADA', { token })).status).toBe(404);
    expect((await t.api('/users/%zz', { token })).status).toBe(404);
  });
});

describe('the list of users', () => {
  const optIn = { Accept: 'application/jupyterhub-pagination+json' };

  test('is for holders of list:users', async () => {
    const answer = await t.api('/users', { token: await t.token('ada') });
    expect(answer.json()).toEqual({
      status: 403,
      message: 'Action is not authorized with current scopes; requires any of [list:users]',
    });
  });

  test('holds for the culler what the culler needs', async () => {
    await startServerOf('ada');
    const users = (await t.api('/users?state=ready', { token: await t.token('culler'), headers: optIn })).json<Pages>();
    expect(users.items).toHaveLength(1);
    expect(users.items[0]).toMatchObject({
      kind: 'user',
      name: 'ada',
      admin: false,
      servers: { '': { ready: true, pending: null } },
    });
    expect(users.items[0]).toHaveProperty('last_activity');
    expect(users.items[0]).not.toHaveProperty('roles');
  });

  test('pages lead from one to the next by the address that was asked', async () => {
    const token = await t.token('culler');
    const seen: string[] = [];
    let path = '/users?limit=2';
    for (let i = 0; i < 5 && path !== ''; i++) {
      const page = (await t.api(path, { token, headers: optIn })).json<Pages>();
      expect(page._pagination.total).toBe(3);
      seen.push(...page.items.map((user) => user.name));
      const next = page._pagination.next?.url ?? '';
      expect(next === '' || next.startsWith(t.apiUrl)).toBe(true);
      path = next.slice(t.apiUrl.length);
    }
    expect(seen).toEqual(['ada', 'bob', 'root']);
  });

  test('is bare and cut at the largest page for those who do not know pages', async () => {
    const users = (await t.api('/users', { token: await t.token('root') })).json<UserModel[]>();
    expect(users.map((user) => user.name)).toEqual(['ada', 'bob', 'root']);
  });

  test('a filtered scope lists whom it names', async () => {
    const users = (await t.api('/users', { token: await t.token('root', ['list:users!user=bob']) })).json<
      UserModel[]
    >();
    expect(users).toEqual([{ kind: 'user', name: 'bob', admin: false, user_info: null }]);
  });

  test('is sorted and searched', async () => {
    const token = await t.token('root');
    const names = async (query: string): Promise<string[]> =>
      (await t.api(`/users?${query}`, { token })).json<UserModel[]>().map((user) => user.name);
    expect(await names('sort=-name')).toEqual(['root', 'bob', 'ada']);
    expect(await names('name_filter=B')).toEqual(['bob']);
    await startServerOf('bob');
    expect(await names('state=active')).toEqual(['bob']);
    expect(await names('state=inactive')).toEqual(['ada', 'root']);
  });

  test.each(['state=asleep', 'sort=colour', 'limit=many', 'offset=1.5'])('%s is refused', async (query) => {
    expect((await t.api(`/users?${query}`, { token: await t.token('root') })).status).toBe(400);
  });
});
