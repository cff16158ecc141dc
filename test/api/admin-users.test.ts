import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoot, makeStaff, order, runFor } from '../support/admin-steps.ts';
import type { Browser } from '../support/browser.ts';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let db: Knex;
const staff = (name: string, scopes: readonly string[]) => makeStaff(t, name, scopes);
const root = () => makeRoot(t);
const run = (user: string, server = '') => runFor(t, user, server);

beforeEach(async () => {
  db = await databaseForTest();
  t = await hubForTest({ db, settings: { hub: { allow_named_servers: true } } });
});
afterEach(async () => {
  await t.close();
  await db.destroy();
});

const namesIn = (page: string): string[] =>
  [...page.matchAll(/<a href="\/hub\/admin\/users\/([^"/]+)"/g)].map(([, name = '']) => decodeURIComponent(name));
const linkIn = (page: string, rel: 'next' | 'prev'): string | undefined =>
  new RegExp(`rel="${rel}"\\s+href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&');

describe('the page of administrators', () => {
  test('is for those who hold admin-ui, and the way to it is shown to them alone', async () => {
    const ada = t.browser();
    expect((await ada.get('/hub/admin')).location).toBe('/hub/login?next=%2Fhub%2Fadmin');
    await ada.login('ada', 'ada-password');
    expect((await ada.get('/hub/admin')).status).toBe(403);
    expect((await ada.get('/hub/home')).text).not.toContain('href="/hub/admin"');
    const admin = await root();
    expect((await admin.get('/hub/home')).text).toContain('href="/hub/admin"');
    expect((await admin.get('/hub/admin')).status).toBe(200);
  });

  test('shows nobody to whoever may only open it', async () => {
    await t.user('ada');
    const watcher = await staff('watcher', ['admin-ui']);
    const page = await watcher.get('/hub/admin');
    expect([page.status, namesIn(page.text)]).toEqual([200, []]);
    expect(page.text).toContain('You may not list users');
    expect((await watcher.get('/hub/admin/users?name=a%2Fda')).location).toBe('/hub/admin/users/a%2Fda');
  });

  test('begins with those whose servers run, and finds, sorts and turns pages over all', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({
      name: `u${String(i).padStart(3, '0')}`,
      admin: false,
      created: 1000,
      last_activity: i === 77 ? 5000 : null,
      cookie_id: `c${i}`,
    }));
    await db.batchInsert('users', rows, 100);
    await run('u099');
    const admin = await root();
    const first = await admin.get('/hub/admin');
    expect(namesIn(first.text)).toHaveLength(50);
    expect(namesIn(first.text)[0]).toBe('u099');
    const second = await admin.get(linkIn(first.text, 'next') ?? '');
    const third = await admin.get(linkIn(second.text, 'next') ?? '');
    expect(linkIn(third.text, 'next')).toBeUndefined();
    const all = [first, second, third].flatMap(({ text }) => namesIn(text));
    expect([all.length, new Set(all).size]).toEqual([121, 121]);
    expect(namesIn((await admin.get(linkIn(second.text, 'prev') ?? '')).text)).toEqual(namesIn(first.text));

    const found = await admin.get('/hub/admin?name_filter=U07&sort=-last_activity');
    expect(namesIn(found.text)).toHaveLength(10);
    expect(namesIn(found.text)[0]).toBe('u077');
    expect(found.text).toContain('10 users match');
    expect(namesIn((await admin.get('/hub/admin?state=active')).text)).toEqual(['u099']);
    expect(namesIn((await admin.get('/hub/admin?admin=1')).text)).toEqual(['root-of-all']);
  });

  test.each(['garbage', 'W10', 'WyJhbGwiLCJ4IiwxXQ', 'WyJyZXN0Iiw1LDFd', 'bnVsbA'])(
    'takes the place %s in the address for the beginning',
    async (place) => {
      await t.user('ada');
      const admin = await root();
      for (const query of [`after=${place}`, `before=${place}&sort=created`, `after=${place}&sort=-last_activity`]) {
        const page = await admin.get(`/hub/admin?${query}`);
        expect([page.status, namesIn(page.text).length]).toEqual([200, 2]);
      }
    },
  );

  test('starts, opens and stops servers of others, named ones too', async () => {
    await t.user('ada');
    const admin = await root();
    const back = '/hub/admin?name_filter=ada';
    const started = await order(admin, '/hub/admin/servers/start', { server: 'ada/', back });
    expect([started.status, started.location]).toEqual([303, back]);
    await expect.poll(() => t.hub.servers.get('ada', '')?.ready).toBe(true);
    await run('ada', 'lab');
    const page = (await admin.get(back)).text;
    expect(page).toContain('href="/user/ada/"');
    expect(page).toContain('href="/user/ada/lab/"');
    for (const server of ['', 'lab']) await order(admin, '/hub/admin/servers/stop', { server: `ada/${server}`, back });
    await expect.poll(() => t.hub.servers.activeCount).toBe(0);
    await order(admin, '/hub/admin/servers/remove', { server: 'ada/lab', back });
    expect(t.hub.servers.get('ada', 'lab')).toBeUndefined();
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/hub/home',
    '/hub/adminx',
    '/hub/admin\\..',
    '/hub/admin?a\nb',
    '',
  ])('a form leads back to pages of administrators only, not to %j', async (back) => {
    await t.user('ada');
    const admin = await root();
    const { location } = await order(admin, '/hub/admin/servers/stop', { server: 'ada/', back });
    expect(location).toBe('/hub/admin');
  });

  test('takes no order without its token, and none by GET', async () => {
    await t.user('ada');
    const admin = await root();
    expect((await admin.post('/hub/admin/servers/start', { server: 'ada/' })).status).toBe(403);
    expect((await admin.get('/hub/admin/servers/start?user=ada')).status).toBe(405);
    expect(t.spawner.starts).toEqual([]);
  });
});

test('a page of 10,000 users reads the rows that it shows, by a few queries, in every order', async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => ({
    name: `u${i}`,
    admin: false,
    created: 1000 + (i % 7),
    last_activity: i % 3 === 0 ? 5000 + i : null,
    cookie_id: `c${i}`,
  }));
  await db.batchInsert('users', rows, 100);
  for (let i = 0; i < 5; i += 1) await run(`u${i * 1000}`);
  const admin = await root();
  let queries = 0;
  let read = 0;
  db.on('query-response', (answer: unknown, { sql }: { sql: string }) => {
    // What was done is written down by itself, once a second.
    if (!sql.startsWith('select') || sql.includes('audit')) return;
    queries += 1;
    const found: unknown = Array.isArray(answer) ? answer : (answer as { rows?: unknown }).rows;
    read += Array.isArray(found) ? found.length : 0;
  });
  const orders = ['running', 'name', '-name', 'last_activity', '-last_activity', 'created', '-created'];
  for (const query of [...orders.map((sort) => `sort=${sort}`), 'name_filter=u77', 'state=inactive', 'state=active']) {
    let path: string | undefined = `/hub/admin?${query}`;
    for (let turn = 0; turn < 3 && path !== undefined; turn += 1) {
      [queries, read] = [0, 0];
      const page: string = (await admin.get(path)).text;
      expect([path, queries <= 5, read <= 120]).toEqual([path, true, true]);
      expect(page.length).toBeLessThan(100_000);
      path = linkIn(page, 'next');
    }
  }
});

describe('whoever holds less', () => {
  beforeEach(async () => {
    for (const name of ['ada', 'bob', 'mallory']) await t.user(name);
    await t.hub.groups.create(['class'], { users: ['ada', 'bob'] });
    await run('ada');
    await run('mallory');
  });

  test('sees the members of a group when that is what the scope is for', async () => {
    const teacher = await staff('teacher', [
      'admin-ui',
      'list:users!group=class',
      'servers!group=class',
      'read:users!group=class',
    ]);
    const { text } = await teacher.get('/hub/admin');
    expect(namesIn(text)).toEqual(['ada', 'bob']);
    expect(text).toContain('2 users match');
    expect(text).not.toContain('mallory');
    // access:servers is not among the scopes.
    expect(text).not.toContain('href="/user/ada/"');
    await order(teacher, '/hub/admin/servers/stop', { server: 'ada/' });
    await expect.poll(() => t.hub.servers.get('ada', '')?.active).toBe(false);
    const refused = await order(teacher, '/hub/admin/servers/stop', { server: 'mallory/' });
    expect(refused.status).toBe(404);
    expect(t.hub.servers.get('mallory', '')?.ready).toBe(true);
  });

  test('sees names alone with list:users alone, and no button', async () => {
    const { text } = await (await staff('reader', ['admin-ui', 'list:users'])).get('/hub/admin');
    expect(namesIn(text).toSorted()).toEqual(['ada', 'bob', 'mallory', 'reader']);
    // Their own server is theirs.
    expect(text.match(/class="server"/g)).toHaveLength(1);
    expect(
      [...text.matchAll(/formaction="[^"]+"\s+name="server"\s+value="([^"]+)"/g)].map(([, server]) => server),
    ).toEqual(['reader/']);
    expect(text).not.toContain('href="/user/ada/"');
  });

  test('finds out nothing by what is asked for: order, state and group count where they may be read', async () => {
    const ask = async (browser: Browser, query: string) => namesIn((await browser.get(`/hub/admin?${query}`)).text);
    const names = ['list:users', 'read:servers!group=class', 'read:users:activity!group=class'];
    const reader = await staff('reader', ['admin-ui', ...names]);
    const all = ['ada', 'bob', 'mallory', 'reader'];
    // Ada and mallory run servers; mallory is none of those whose servers this reader sees.
    for (const query of ['', 'state=active', 'state=inactive', 'sort=-last_activity', 'sort=created', 'group=class'])
      expect([query, await ask(reader, query)]).toEqual([query, all]);
    expect((await reader.get('/hub/admin')).text).not.toContain('servers run');

    const teacher = await staff('teacher', ['admin-ui', 'list:users!group=class', 'read:servers!group=class']);
    expect(await ask(teacher, 'state=active')).toEqual(['ada']);
    const boss = await root();
    expect(await ask(boss, 'state=active')).toEqual(['ada', 'mallory']);
    expect(await ask(boss, 'group=class')).toEqual(['ada', 'bob']);
    expect((await boss.get('/hub/admin')).text).toContain('2 servers run');
  });

  test('may not order what the buttons would have ordered', async () => {
    const reader = await staff('reader', ['admin-ui', 'list:users', 'read:servers']);
    expect((await reader.get('/hub/admin')).text).toContain('class="server"');
    expect((await order(reader, '/hub/admin/servers/stop', { server: 'ada/' })).status).toBe(404);
    expect((await order(reader, '/hub/admin/servers/start', { server: 'bob/' })).status).toBe(404);
    expect(t.hub.servers.get('ada', '')?.ready).toBe(true);
  });

  test('is no administrator with the other scopes but without admin-ui', async () => {
    const other = await staff('other', ['list:users', 'servers']);
    expect((await other.get('/hub/admin')).status).toBe(403);
    expect((await order(other, '/hub/admin/servers/stop', { server: 'ada/' })).status).toBe(403);
  });
});
