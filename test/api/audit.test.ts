import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoot, makeStaff, order, runFor } from '../support/admin-steps.ts';
import type { Browser } from '../support/browser.ts';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let admin: Browser;

beforeEach(async () => {
  t = await hubForTest();
  for (const name of ['ada', 'bob']) await t.user(name);
  await t.hub.groups.create(['class'], { users: ['ada'] });
  admin = await makeRoot(t);
});
afterEach(() => t.close());

/** The rows of the page, tags taken away. */
async function rows(browser: Browser, query = ''): Promise<string[]> {
  const { text } = await browser.get(`/hub/admin/activity${query}`);
  const body = /<tbody>(.*)<\/tbody>/s.exec(text)?.[1] ?? '';
  return body
    .split('</tr>')
    .map((row) =>
      row
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean);
}

describe('the activity page', () => {
  test('tells who did what, from where and with what: by page, by token, by login', async () => {
    await order(admin, '/hub/admin/users/ada/edit', { name: 'ada', admin: '1' });
    const token = await t.token('root-of-all');
    await t.api('/users/carl', { method: 'POST', token });
    const found = await rows(admin);
    expect(found[0]).toMatch(/user carl was made by root-of-all user-changed root-of-all token a\d+ · 127\.0\.0\.1$/);
    expect(found[1]).toMatch(
      /user ada was made an administrator by root-of-all .* root-of-all cookie · 203\.0\.113\.7$/,
    );
    expect(found.some((row) => /root-of-all logged in/.test(row))).toBe(true);
  });

  test('is narrowed to a kind, and to what was done by somebody or to them', async () => {
    await runFor(t, 'ada');
    await order(admin, '/hub/admin/servers/stop', { server: 'ada/' });
    await expect.poll(() => t.hub.servers.activeCount).toBe(0);
    const servers = await rows(admin, '?kind=server');
    expect(servers[0]).toContain('stopped by root-of-all');
    expect(servers.every((row) => /server-/.test(row))).toBe(true);
    const ofBob = await rows(admin, '?user=bob');
    expect(ofBob).toEqual([]);
    expect((await rows(admin, '?user=root-of-all&kind=server')).length).toBe(1);
  });

  test('shows whoever manages a group what was done to its members', async () => {
    await order(admin, '/hub/admin/users/ada/edit', { name: 'ada', admin: '1' });
    await order(admin, '/hub/admin/users/bob/edit', { name: 'bob', admin: '1' });
    const teacher = await makeStaff(t, 'teacher', ['admin-ui', 'admin:users!group=class']);
    const found = await rows(teacher);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('user ada');
    expect((await teacher.get('/hub/admin/users/ada')).text).toContain('was made an administrator');
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'list:users', 'read:users']);
    expect((await reader.get('/hub/admin/activity')).status).toBe(403);
    expect((await reader.get('/hub/admin/users/ada')).text).not.toContain('was made an administrator');
  });

  test('holds no secret', async () => {
    const made = await t.api('/users/root-of-all/tokens', {
      method: 'POST',
      json: {},
      token: await t.token('root-of-all'),
    });
    const { token: text } = made.json<{ token: string }>();
    expect((await admin.get('/hub/admin/activity')).text).not.toContain(text);
    expect((await rows(admin))[0]).toContain('a token was issued to root-of-all');
  });
});

test('what was done outlives a restart of the hub', async () => {
  const db = await databaseForTest();
  const first = await hubForTest({ db });
  await first.api('/users/carl', { method: 'POST', token: await (await makeRoot(first), first.token('root-of-all')) });
  await first.close();
  const second = await hubForTest({ db });
  const found = await rows(await makeRoot(second));
  expect(found.some((row) => row.includes('user carl was made by root-of-all'))).toBe(true);
  await second.close();
  await db.destroy();
});
