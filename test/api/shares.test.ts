import { newShareCodeModel, shareModel } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let ada: string;
let root: string;

/** ada may share and knows everybody's name; bob and eve are in staff. Her default server and "lab" have been there. */
beforeEach(async () => {
  t = await hubForTest({
    settings: {
      hub: { public_url: 'https://hub.example.org', allow_named_servers: true },
      roles: {
        sharing: { scopes: ['shares!user', 'list:users', 'list:groups'], users: ['ada'] },
      },
      custom_scopes: { 'custom:papers:read': { description: 'Read papers' } },
    },
  });
  for (const name of ['ada', 'bob', 'eve']) await t.user(name);
  await t.user('root', { admin: true });
  [ada, root] = [await t.token('ada'), await t.token('root')];
  await t.hub.groups.create(['staff'], { users: ['bob', 'eve'] });
  await start('');
  await start('lab');
});
afterEach(() => t.close());

const call = (method: string, path: string, json?: unknown, token = ada): ReturnType<TestHub['api']> =>
  t.api(path, { method, token, ...(json === undefined ? {} : { json }) });
async function start(name: string): Promise<void> {
  await call('POST', name === '' ? '/users/ada/server' : `/users/ada/servers/${name}`);
  await expect.poll(() => t.hub.servers.get('ada', name)?.ready).toBe(true);
}
const scopesOf = async (user: string): Promise<string[]> =>
  (await t.api('/user', { token: await t.token(user) })).json<{ scopes: string[] }>().scopes;
const mayEnter = async (user: string, server: string): Promise<boolean> =>
  (await scopesOf(user)).includes(`access:servers!server=ada/${server}`);
const itemsOf = (answer: Awaited<ReturnType<typeof call>>): unknown[] => answer.json<{ items: unknown[] }>().items;

const lab = {
  user: { name: 'ada' },
  name: 'lab',
  url: '/user/ada/lab/',
  full_url: 'https://hub.example.org/user/ada/lab/',
  ready: true,
};

describe('sharing a server', () => {
  test('with a user lets them in, and nobody else', async () => {
    const made = await call('POST', '/shares/ada/lab', { user: 'bob' });
    expect([made.status, shareModel.parse(made.json())]).toEqual([
      200,
      {
        server: lab,
        scopes: ['access:servers!server=ada/lab'],
        user: { name: 'bob' },
        group: null,
        kind: 'user',
        created_at: new Date(t.clock.now())
          .toISOString()
          .replace(/\.000Z$/, 'Z')
          .replace(/(\.\d{3})Z$/, '$1000Z'),
      },
    ]);
    expect([await mayEnter('bob', 'lab'), await mayEnter('bob', ''), await mayEnter('eve', 'lab')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('with a group lets all of its members in, for as long as they are members', async () => {
    const made = await call('POST', '/shares/ada/', { group: 'staff' });
    expect(made.json()).toMatchObject({
      server: { name: '', url: '/user/ada/' },
      user: null,
      group: { name: 'staff' },
      kind: 'group',
    });
    expect([await mayEnter('bob', ''), await mayEnter('eve', '')]).toEqual([true, true]);
    await call('DELETE', '/groups/staff/users', { users: ['eve'] }, root);
    expect([await mayEnter('bob', ''), await mayEnter('eve', '')]).toEqual([true, false]);
  });

  test('again makes the share wider; there is one for each user', async () => {
    await call('POST', '/shares/ada/lab', { user: 'bob' });
    const wider = await call('POST', '/shares/ada/lab', { user: 'bob', scopes: ['read:servers!server=ada/lab'] });
    expect(wider.json()['scopes']).toEqual(['access:servers!server=ada/lab', 'read:servers!server=ada/lab']);
    expect(itemsOf(await call('GET', '/shares/ada/lab'))).toHaveLength(1);
    expect(await scopesOf('bob')).toContain('read:servers!server=ada/lab');
  });

  test.each([
    ['neither', {}],
    ['both', { user: 'bob', group: 'staff' }],
    ['nothing at all', undefined],
    ['no object', []],
    ['another key', { user: 'bob', expires_in: 60 }],
    ['no such scope', { user: 'bob', scopes: ['read:everything'] }],
    ['no scopes', { user: 'bob', scopes: [] }],
    ['a metascope', { user: 'bob', scopes: ['self'] }],
    ['a filter of another server', { user: 'bob', scopes: ['access:servers!server=ada/'] }],
    ['a filter of another kind', { user: 'bob', scopes: ['access:servers!user=ada'] }],
    ['a short filter', { user: 'bob', scopes: ['access:servers!server'] }],
    ['no such user', { user: 'nobody' }],
    ['no such group', { group: 'nothing' }],
  ])('is 400 with %s', async (_, body) => {
    const answer = await call('POST', '/shares/ada/lab', body);
    expect([answer.status, answer.json()['status']]).toEqual([400, 400]);
    expect(itemsOf(await call('GET', '/shares/ada/lab'))).toEqual([]);
  });

  test('never gives more than one holds', async () => {
    for (const scopes of [['admin:servers'], ['access:servers', 'delete:users'], ['custom:papers:read']]) {
      const answer = await call('POST', '/shares/ada/lab', { user: 'bob', scopes });
      expect([answer.status, answer.json<{ message: string }>().message]).toEqual([
        403,
        expect.stringContaining('missing'),
      ]);
    }
    const narrow = await t.token('ada', ['shares!server=ada/lab', 'read:users:name']);
    expect((await call('POST', '/shares/ada/lab', { user: 'bob', scopes: ['servers'] }, narrow)).status).toBe(403);
    expect((await call('POST', '/shares/ada/lab', { user: 'bob' }, narrow)).status).toBe(200);
    expect((await call('POST', '/shares/ada/', { user: 'bob' }, narrow)).status).toBe(404);
  });

  test('needs to know the name, and does not tell strangers who there is', async () => {
    const token = await t.token('ada', ['shares!user=ada', 'read:users:name!user=bob', 'read:groups:name!group=staff']);
    const texts: string[] = [];
    for (const body of [{ user: 'eve' }, { user: 'nobody' }, { group: 'nothing' }]) {
      const answer = await call('POST', '/shares/ada/lab', body, token);
      expect(answer.status).toBe(403);
      texts.push(answer.text.replace(/eve|nobody/g, 'X'));
    }
    expect(texts[0]).toBe(texts[1]);
    expect((await call('POST', '/shares/ada/lab', { user: 'bob' }, token)).status).toBe(200);
    expect((await call('POST', '/shares/ada/lab', { group: 'staff' }, token)).status).toBe(200);
  });

  test('needs a server that there is, and its name in the path', async () => {
    expect((await call('POST', '/shares/ada/none', { user: 'bob' })).status).toBe(404);
    expect((await call('POST', '/shares/bob/', { user: 'ada' }, root)).status).toBe(404);
    for (const method of ['POST', 'PATCH', 'DELETE'])
      expect((await call(method, '/shares/ada', { user: 'bob' })).status).toBe(405);
  });

  test('is off by default', async () => {
    const answer = await call('POST', '/shares/bob/', { user: 'eve' }, await t.token('bob'));
    expect(answer.status).toBe(403);
  });
});

describe('taking a share back', () => {
  beforeEach(async () => {
    await call('POST', '/shares/ada/lab', { user: 'bob', scopes: ['access:servers', 'read:servers'] });
    await call('POST', '/shares/ada/lab', { group: 'staff' });
  });

  test('leaves what was not named', async () => {
    const left = await call('PATCH', '/shares/ada/lab', { user: 'bob', scopes: ['access:servers!server=ada/lab'] });
    expect([left.status, left.json()['scopes']]).toEqual([200, ['read:servers!server=ada/lab']]);
  });

  test('takes all when nothing is named, and is nothing to wonder about the second time', async () => {
    for (let i = 0; i < 2; i += 1) {
      const answer = await call('PATCH', '/shares/ada/lab', { user: 'bob' });
      expect([answer.status, answer.json()]).toEqual([200, {}]);
    }
    expect((await call('PATCH', '/shares/ada/lab', { user: 'nobody' })).json()).toEqual({});
    // bob is still let in by his group.
    expect(await mayEnter('bob', 'lab')).toBe(true);
    await call('PATCH', '/shares/ada/lab', { group: 'staff' });
    expect(await mayEnter('bob', 'lab')).toBe(false);
  });

  test.each([{}, { user: 'bob', group: 'staff' }, { user: 'bob', scopes: ['nonsense'] }])(
    'is 400 with %j',
    async (body) => {
      expect((await call('PATCH', '/shares/ada/lab', body)).status).toBe(400);
    },
  );

  test('from everybody at once', async () => {
    expect((await call('DELETE', '/shares/ada/lab')).status).toBe(204);
    expect([await mayEnter('bob', 'lab'), await mayEnter('eve', 'lab')]).toEqual([false, false]);
    expect((await call('DELETE', '/shares/ada/none')).status).toBe(404);
  });

  test('by the user or the group that it was given to', async () => {
    const bob = await t.token('bob');
    expect((await call('GET', '/users/bob/shared/ada/lab', undefined, bob)).json()['kind']).toBe('user');
    expect((await call('DELETE', '/users/bob/shared/ada/lab', undefined, bob)).status).toBe(204);
    expect((await call('GET', '/users/bob/shared/ada/lab', undefined, bob)).status).toBe(404);
    expect((await call('DELETE', '/groups/staff/shared/ada/lab', undefined, bob)).status).toBe(403);
    expect((await call('GET', '/groups/staff/shared/ada/lab', undefined, root)).json()['kind']).toBe('group');
    expect((await call('DELETE', '/groups/staff/shared/ada/lab', undefined, root)).status).toBe(204);
    expect((await call('DELETE', '/groups/staff/shared/ada/lab', undefined, root)).status).toBe(404);
    expect(await mayEnter('bob', 'lab')).toBe(false);
  });
});

describe('lists', () => {
  beforeEach(async () => {
    await call('POST', '/shares/ada/lab', { user: 'bob' });
    await call('POST', '/shares/ada/lab', { group: 'staff' });
    await call('POST', '/shares/ada/', { user: 'eve' });
  });

  test('always come as pages', async () => {
    const all = (await call('GET', '/shares/ada')).json<{ items: unknown[]; _pagination: unknown }>();
    expect([all.items.length, all._pagination]).toEqual([3, { offset: 0, limit: 200, total: 3, next: null }]);
    const second = (await call('GET', '/shares/ada?limit=1&offset=1')).json<{
      items: unknown[];
      _pagination: { next: { offset: number; url: string } };
    }>();
    expect([second.items.length, second._pagination.next.offset]).toEqual([1, 2]);
    expect(second._pagination.next.url).toBe(`${t.apiUrl}/shares/ada?limit=1&offset=2`);
    expect((await call('GET', '/shares/ada?limit=x')).status).toBe(400);
  });

  test('are about an owner, a server, a user or a group', async () => {
    expect(itemsOf(await call('GET', '/shares/ada/lab'))).toHaveLength(2);
    expect(itemsOf(await call('GET', '/shares/ada/'))).toHaveLength(1);
    expect(itemsOf(await call('GET', '/users/bob/shared', undefined, await t.token('bob')))).toHaveLength(2);
    expect(itemsOf(await call('GET', '/users/eve/shared', undefined, root))).toHaveLength(2);
    expect(itemsOf(await call('GET', '/groups/staff/shared', undefined, root))).toHaveLength(1);
  });

  test.each([
    '/shares/nobody',
    '/shares/ada/none',
    '/share-codes/nobody',
    '/share-codes/ada/none',
    '/users/nobody/shared',
    '/groups/nothing/shared',
    '/users/bob/shared/ada/',
    '/users/bob/shared/ada/none',
  ])('%s is 404', async (path) => {
    const answer = await call('GET', path, undefined, root);
    expect([answer.status, answer.json()['status']]).toEqual([404, 404]);
  });
});

describe('a share', () => {
  beforeEach(async () => {
    await call('POST', '/shares/ada/lab', { user: 'bob' });
    await call('POST', '/shares/ada/lab', { group: 'staff' });
  });

  test('survives the end of its server, and a restart of the hub', async () => {
    await call('DELETE', '/users/ada/servers/lab');
    await expect.poll(() => t.hub.servers.get('ada', 'lab')?.active).toBe(false);
    expect([await mayEnter('bob', 'lab'), await mayEnter('eve', 'lab')]).toEqual([true, true]);
    const again = await hubForTest({ db: t.hub.db, clock: t.clock });
    try {
      const token = await again.token('bob');
      expect((await again.api('/user', { token })).json()['scopes']).toContain('access:servers!server=ada/lab');
    } finally {
      await again.close();
    }
  });

  test('goes with its server, and does not come back with another of that name', async () => {
    await call('DELETE', '/users/ada/servers/lab', { remove: true });
    await expect.poll(() => t.hub.servers.get('ada', 'lab')).toBeUndefined();
    await expect.poll(() => mayEnter('bob', 'lab')).toBe(false);
    await start('lab');
    expect([await mayEnter('bob', 'lab'), await mayEnter('eve', 'lab')]).toEqual([false, false]);
  });

  test('goes with its group', async () => {
    await call('DELETE', '/groups/staff', undefined, root);
    await t.hub.groups.create(['staff'], { users: ['eve'] });
    expect([await mayEnter('eve', 'lab'), await mayEnter('bob', 'lab')]).toEqual([false, true]);
  });

  test('goes with the user whom it was given to', async () => {
    await call('DELETE', '/users/bob', undefined, root);
    await t.user('bob');
    expect(await mayEnter('bob', 'lab')).toBe(false);
  });

  test('goes with its owner', async () => {
    await call('DELETE', '/users/ada', undefined, root);
    expect([await mayEnter('eve', 'lab'), await mayEnter('bob', 'lab')]).toEqual([false, false]);
  });

  test('follows both when they are renamed', async () => {
    expect((await call('PATCH', '/users/bob', { name: 'bobby' }, root)).status).toBe(200);
    expect(await mayEnter('bobby', 'lab')).toBe(true);
    await t.user('bob');
    expect(await mayEnter('bob', 'lab')).toBe(false);
    expect((await call('PATCH', '/users/ada', { name: 'augusta' }, root)).status).toBe(200);
    expect(await scopesOf('bobby')).toContain('access:servers!server=augusta/lab');
    expect(await scopesOf('eve')).not.toContain('access:servers!server=ada/lab');
  });

  test('follows its server when that gets another name', async () => {
    await call('DELETE', '/users/ada/servers/lab');
    await expect.poll(() => t.hub.servers.get('ada', 'lab')?.active).toBe(false);
    expect((await call('PATCH', '/users/ada/servers/lab', { name: 'study' })).status).toBe(200);
    expect([await mayEnter('bob', 'study'), await mayEnter('bob', 'lab')]).toEqual([true, false]);
  });
});

describe('share codes', () => {
  const make = async (body?: unknown, path = '/share-codes/ada/lab') => {
    const made = await call('POST', path, body);
    return { status: made.status, ...newShareCodeModel.partial().parse(made.status === 200 ? made.json() : {}) };
  };

  test('are told once, good for a day, and kept as a hash', async () => {
    const made = await make();
    expect(made).toMatchObject({
      status: 200,
      server: lab,
      scopes: ['access:servers!server=ada/lab'],
      id: expect.stringMatching(/^sc_\d+$/),
      exchange_count: 0,
      last_exchanged_at: null,
      accept_url: `/hub/accept-share?code=${made.code}`,
      full_accept_url: `https://hub.example.org/hub/accept-share?code=${made.code}`,
    });
    expect(made.code).toMatch(/^[\w-]{43}$/);
    expect(Date.parse(made.expires_at ?? '') - Date.parse(made.created_at ?? '')).toBe(86_400_000);
    expect(JSON.stringify(await t.hub.db('share_codes').select())).not.toContain(made.code);
    const listed = await call('GET', '/share-codes/ada/lab');
    expect([itemsOf(listed).length, listed.text.includes(made.code ?? '')]).toEqual([1, false]);
    expect(t.logged.some((record) => JSON.stringify(record).includes(made.code ?? ''))).toBe(false);
  });

  test.each([59, 31_536_001, 60.5, '60', -1])('do not live for %j seconds', async (expires_in) => {
    expect((await make({ expires_in })).status).toBe(400);
  });

  test('live for as long as is said, and are listed and good no longer', async () => {
    const { code = '' } = await make({ expires_in: 60 });
    const bob = t.browser();
    await bob.login('bob', 'bob-password');
    expect((await bob.get(`/hub/accept-share?code=${code}`)).status).toBe(200);
    t.clock.advance(60_000);
    expect((await bob.get(`/hub/accept-share?code=${code}`)).status).toBe(404);
    expect(itemsOf(await call('GET', '/share-codes/ada/lab'))).toEqual([]);
  });

  test('never hold more than their maker', async () => {
    expect((await make({ scopes: ['admin:servers'] })).status).toBe(403);
    expect((await make({ scopes: ['access:servers!user=ada'] })).status).toBe(400);
    expect((await make({ colour: 'red' })).status).toBe(400);
    expect((await make({}, '/share-codes/ada/none')).status).toBe(404);
    expect((await make({}, '/share-codes/ada')).status).toBe(405);
  });

  test('are revoked by id, by code, or all at once, and only those of this server', async () => {
    const [one, two, three] = [await make(), await make(), await make({}, '/share-codes/ada/')];
    const left = async (): Promise<number> => itemsOf(await call('GET', '/share-codes/ada')).length;
    for (const query of ['id=sc_99', `id=${three.id}`, 'code=nonsense', `code=${three.code}`, 'id=1', 'id=sc_x'])
      expect((await call('DELETE', `/share-codes/ada/lab?${query}`)).status, query).toBe(404);
    expect((await call('DELETE', `/share-codes/ada/lab?id=${one.id}&code=${two.code}`)).status).toBe(400);
    expect(await left()).toBe(3);
    expect((await call('DELETE', `/share-codes/ada/lab?id=${one.id}`)).status).toBe(204);
    expect((await call('DELETE', `/share-codes/ada/lab?code=${two.code}`)).status).toBe(204);
    expect(await left()).toBe(1);
    expect((await call('DELETE', '/share-codes/ada/lab')).status).toBe(204);
    expect(await left()).toBe(1);
    expect((await call('DELETE', '/share-codes/ada/')).status).toBe(204);
    expect(await left()).toBe(0);
  });
});
