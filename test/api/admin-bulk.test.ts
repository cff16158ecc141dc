import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoot, makeStaff, order, runFor } from '../support/admin-steps.ts';
import type { Answer, Browser } from '../support/browser.ts';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let db: Knex;
let t: TestHub;
let admin: Browser;

beforeEach(async () => {
  db = await databaseForTest();
  t = await hubForTest({ db, settings: { hub: { allow_named_servers: true } } });
  for (const name of ['ada', 'bob', 'mallory']) await t.user(name);
  admin = await makeRoot(t);
});
afterEach(async () => {
  await t.close();
  await db.destroy();
});

const ticked = (...names: string[]): [string, string][] => names.map((name) => ['user', name]);

/** The page of what was begun, when it is over. */
async function over(browser: Browser, begun: Answer): Promise<Answer> {
  expect([begun.status, begun.location]).toEqual([303, expect.stringMatching(/^\/hub\/admin\/jobs\/[0-9a-f]{24}$/)]);
  await expect.poll(async () => (await browser.get(begun.location)).text).not.toContain('data-job');
  return browser.get(begun.location);
}

describe('an action on several users', () => {
  test('starts and stops the servers of those who are ticked', async () => {
    await runFor(t, 'ada');
    const started = await over(
      admin,
      await order(admin, '/hub/admin/bulk', [['action', 'start'], ...ticked('ada', 'bob')]),
    );
    expect(started.text).toContain('2 of 2.');
    expect(started.text).toContain('All done.');
    expect(
      t.hub.servers
        .active()
        .map(({ user }) => user)
        .toSorted(),
    ).toEqual(['ada', 'bob']);
    await runFor(t, 'bob', 'lab');
    await over(admin, await order(admin, '/hub/admin/bulk', [['action', 'stop'], ...ticked('ada', 'bob', 'mallory')]));
    expect(t.hub.servers.activeCount).toBe(0);
  });

  test('tells whom it was refused for, and why', async () => {
    const page = await over(
      admin,
      await order(admin, '/hub/admin/bulk', [
        ['action', 'delete'],
        ['sure', '1'],
        ...ticked('ada', 'nobody', 'root-of-all'),
      ]),
    );
    expect(page.text).toContain('1 done, 2 refused.');
    expect(page.text).toMatch(/<dt>nobody<\/dt>\s*<dd>User nobody not found<\/dd>/);
    expect(page.text).toMatch(/<dt>root-of-all<\/dt>\s*<dd>Cannot delete yourself!<\/dd>/);
    expect(await t.hub.users.byName('ada')).toBeUndefined();
  });

  test('asks in words before it deletes, and before it takes all that match', async () => {
    const question = await order(admin, '/hub/admin/bulk', [['action', 'delete'], ...ticked('ada')]);
    expect([question.status, question.text]).toEqual([200, expect.stringContaining('This cannot be undone')]);
    expect(await t.hub.users.byName('ada')).toBeDefined();
    const all = await order(admin, '/hub/admin/bulk', { action: 'start', whom: 'all', name_filter: 'a' });
    expect(all.text).toContain('Start the servers of 3 users?');
    expect(t.spawner.starts).toEqual([]);
  });

  test('reaches all that match, on all pages, and nobody else', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => ({
      name: `s${String(i).padStart(4, '0')}`,
      admin: false,
      created: 1,
      cookie_id: `c${i}`,
    }));
    await db.batchInsert('users', rows, 100);
    await t.hub.groups.create(['class']);
    const fields = { action: 'join', whom: 'all', name_filter: 's0', 'to-group': 'class', sure: '1' };
    const page = await over(admin, await order(admin, '/hub/admin/bulk', fields));
    expect(page.text).toContain('1000 of 1000.');
    const members = await db('group_members').count({ total: '*' });
    expect(Number(members[0]?.['total'])).toBe(1000);
  });

  test('needs a group, somebody, and to be one that there is', async () => {
    const ask = async (fields: [string, string][]) => (await order(admin, '/hub/admin/bulk', fields)).status;
    expect(await ask([['action', 'join'], ...ticked('ada')])).toBe(400);
    expect(await ask([['action', 'start']])).toBe(400);
    expect(await ask([['action', 'constructor'], ...ticked('ada')])).toBe(400);
    expect(
      (await admin.post('/hub/admin/bulk', new URLSearchParams([['action', 'start'], ...ticked('ada')]))).status,
    ).toBe(403);
  });

  test('is seen by whoever ordered it alone, and one at a time', async () => {
    const gate = t.spawner.gates.hold('Start', 'before');
    const begun = await order(admin, '/hub/admin/bulk', [['action', 'start'], ...ticked('ada')]);
    await gate.reached;
    const other = await makeRoot(t, 'second-root');
    expect((await other.get(begun.location)).status).toBe(404);
    expect((await order(admin, '/hub/admin/bulk', [['action', 'start'], ...ticked('bob')])).status).toBe(429);
    // The same form once more is the same order.
    const again = await order(admin, '/hub/admin/bulk', [['action', 'start'], ...ticked('ada')]);
    expect(again.location).toBe(begun.location);
    expect((await admin.get('/hub/admin')).text).toContain(`Still under way: <a href="${begun.location}">`);
    const page = (await admin.get(begun.location)).text;
    expect(page).toContain('0 of 1.');
    expect(page).toMatch(/<noscript>\s*<meta http-equiv="refresh"/);
    gate.open();
    await over(admin, begun);
  });

  test('ends when whoever ordered it administers no more', async () => {
    // As many as are done at a time: none of them asks for the next before the role is gone.
    const gates = Array.from({ length: 4 }, () => t.spawner.gates.hold('Start', 'before'));
    const names = ['ada', 'bob', 'mallory', 'n1', 'n2', 'n3', 'n4', 'n5'];
    for (const name of names) await t.user(name);
    const boss = await makeStaff(t, 'boss', ['admin-ui', 'list:users', 'servers']);
    const begun = await order(boss, '/hub/admin/bulk', [['action', 'start'], ...ticked(...names)]);
    await Promise.all(gates.map(({ reached }) => reached));
    await t.hub.roles.revoke('role-of-boss', { kind: 'user', name: 'boss' });
    for (const gate of gates) gate.open();
    await expect.poll(() => t.hub.servers.active().filter(({ ready }) => ready).length).toBe(4);
    await t.hub.roles.grant('role-of-boss', { kind: 'user', name: 'boss' });
    expect((await over(boss, begun)).text).toContain('no administrator any more');
    expect(t.hub.servers.activeCount).toBe(4);
  });

  test('reaches no further than the scopes of whoever orders it', async () => {
    await t.hub.groups.create(['class'], { users: ['ada'] });
    await runFor(t, 'ada');
    await runFor(t, 'mallory');
    const teacher = await makeStaff(t, 'teacher', ['admin-ui', 'list:users!group=class', 'servers!group=class']);
    const page = await over(
      teacher,
      await order(teacher, '/hub/admin/bulk', [['action', 'stop'], ...ticked('ada', 'mallory')]),
    );
    expect(page.text).toContain('1 done, 1 refused.');
    expect(t.hub.servers.active().map(({ user }) => user)).toEqual(['mallory']);
    expect((await order(teacher, '/hub/admin/bulk', [['action', 'delete'], ...ticked('ada')])).status).toBe(403);
    expect((await order(teacher, '/hub/admin/bulk', { action: 'stop', whom: 'all' })).text).toContain('of 1 user?');
  });
});

describe('many users at once', () => {
  test('are made from lines or from a table, and what is refused is told by name', async () => {
    await t.hub.groups.create(['class']);
    const names = 'carl\r\n dora ,erik;ada\tfred\n../etc\n\nbob:x\ncarl\n';
    const { status, text } = await order(admin, '/hub/admin/add-users', { names, 'to-group': 'class' });
    expect(status).toBe(200);
    expect(text).toContain('4 users were made.');
    expect(text).toContain('3 names were refused:');
    expect(text).toMatch(/<dt>ada<\/dt>\s*<dd>There is a user of this name already/);
    expect(text).toMatch(/<dt>\.\.\/etc<\/dt>/);
    expect(text).toMatch(/<dt>bob:x<\/dt>/);
    const group = (await t.api('/groups/class', { token: await t.token('root-of-all') })).json<{ users: string[] }>();
    expect(group.users).toEqual(['carl', 'dora', 'erik', 'fred']);
  });

  test('are made by the thousand', async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `n${i}`);
    const { text } = await order(admin, '/hub/admin/add-users', { names: [...names, 'a/b'].join('\n') });
    expect(text).toContain('3000 users were made.');
    expect(text).toContain('1 name was refused:');
  });

  test('tell when they could not join the group', async () => {
    const { text } = await order(admin, '/hub/admin/add-users', { names: 'carl', 'to-group': 'none' });
    expect(text).toContain('1 user was made.');
    expect(text).toContain('role="alert"');
  });

  test('are made by nobody without admin:users, and no administrators by less than one', async () => {
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'list:users']);
    expect((await reader.get('/hub/admin/add-users')).status).toBe(403);
    expect((await order(reader, '/hub/admin/add-users', { names: 'carl' })).status).toBe(403);
    const maker = await makeStaff(t, 'maker', ['admin-ui', 'admin:users']);
    expect((await order(maker, '/hub/admin/add-users', { names: 'carl', admin: '1' })).status).toBe(403);
    expect(await t.hub.users.byName('carl')).toBeUndefined();
  });
});
