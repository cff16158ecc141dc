import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoot, makeStaff, order, runFor } from '../support/admin-steps.ts';
import type { Browser } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { soon } from '../support/soon.ts';

let t: TestHub;
let admin: Browser;

beforeEach(async () => {
  t = await hubForTest({ settings: { hub: { allow_named_servers: true } } });
  await t.user('ada');
  await t.user('mallory');
  await t.hub.groups.create(['class'], { users: ['ada'] });
  admin = await makeRoot(t);
});
afterEach(() => t.close());

const at = '/hub/admin/users/ada';

describe('the page of a user', () => {
  test('tells everything to an administrator, secrets excepted', async () => {
    const token = await t.token('ada', ['read:users!user=ada']);
    await runFor(t, 'ada', 'lab');
    const { status, text } = await admin.get(at);
    expect(status).toBe(200);
    for (const part of ['class', 'of a test', 'read:users!user=ada', 'lab', `${at}/delete`])
      expect(text).toContain(part);
    expect(text).not.toContain(token);
    expect((await admin.get('/hub/admin/users/nobody')).status).toBe(404);
  });

  test('tells how a server ended, in a sentence and in detail, and leads to its log', async () => {
    await runFor(t, 'ada', 'lab');
    t.spawner.end('ada', 'lab', { result: 'exit-code', exitCode: 1, exitStatus: 3, reason: 'exited with code 3' });
    await soon(async () => (await admin.get(at)).text).toContain('The server stopped: exited with code 3');
    const { text } = await admin.get(at);
    expect(text).toContain('its program ended with status 3');
    expect(text).toContain('href="/hub/log/ada/lab"');
    const staff = await makeStaff(t, 'desk', ['admin-ui', 'list:users', 'read:users', 'read:servers']);
    const seen = (await staff.get(at)).text;
    expect(seen).toContain('exited with code 3');
    for (const more of ['status 3', '/hub/log/ada/lab']) expect(seen).not.toContain(more);
  });

  test('changes the name and the rights, and says why not', async () => {
    const taken = await order(admin, `${at}/edit`, { name: 'mallory' });
    expect([taken.status, taken.text]).toEqual([400, expect.stringContaining('User mallory already exists')]);
    const { status, location } = await order(admin, `${at}/edit`, { name: 'ada2', admin: '1' });
    expect([status, location]).toEqual([303, '/hub/admin/users/ada2?done=saved']);
    expect((await t.hub.users.byName('ada2'))?.admin).toBe(true);
    expect((await admin.get(location)).text).toContain('The changes were saved.');
  });

  test('puts into groups and takes out of them', async () => {
    await t.hub.groups.create(['second']);
    await order(admin, `${at}/join`, { group: 'second' });
    await order(admin, `${at}/leave`, { group: 'class' });
    const model = (await t.api('/users/ada', { token: await t.token('root-of-all') })).json<{ groups: string[] }>();
    expect(model.groups).toEqual(['second']);
    const { status, text } = await order(admin, `${at}/join`, { group: 'no such' });
    expect([status, text]).toEqual([404, expect.stringContaining('no such')]);
  });

  test('gives roles and takes them away', async () => {
    await t.hub.roles.create({ name: 'helpers', description: '', scopes: ['list:users'] });
    expect((await order(admin, `${at}/grant`, { role: 'helpers' })).location).toBe(`${at}?done=granted`);
    expect([...(t.hub.roles.get('helpers')?.users ?? [])]).toEqual(['ada']);
    await order(admin, `${at}/ungrant`, { role: 'helpers' });
    expect([...(t.hub.roles.get('helpers')?.users ?? [])]).toEqual([]);
  });

  test('revokes a token', async () => {
    const token = await t.token('ada');
    const id = /name="token" value="(a\d+)"/.exec((await admin.get(at)).text)?.[1] ?? '';
    expect((await order(admin, `${at}/revoke`, { token: id })).location).toBe(`${at}?done=revoked`);
    expect((await t.api('/user', { token })).status).toBe(403);
    // A token of somebody else is not one of this user.
    await t.token('mallory');
    const other = /name="token" value="(a\d+)"/.exec((await admin.get('/hub/admin/users/mallory')).text)?.[1] ?? '';
    expect((await order(admin, `${at}/revoke`, { token: other })).status).toBe(404);
  });

  test('deletes after a question in words, and only when the name was typed', async () => {
    await runFor(t, 'ada');
    const question = await admin.get(`${at}/delete`);
    expect(question.text).toContain('This cannot be undone');
    expect(question.text).toContain('one server that runs now');
    expect((await order(admin, `${at}/delete`, { confirm: 'mallory' })).status).toBe(400);
    expect(await t.hub.users.byName('ada')).toBeDefined();
    const gone = await order(admin, `${at}/delete`, { confirm: 'ada' });
    expect(gone.location).toBe('/hub/admin?done=deleted');
    expect(await t.hub.users.byName('ada')).toBeUndefined();
    const self = '/hub/admin/users/root-of-all/delete';
    expect((await order(admin, self, { confirm: 'root-of-all' })).text).toContain('Cannot delete yourself');
  });

  test.each(['edit', 'grant', 'join', 'leave', 'revoke', 'ungrant', 'delete', 'limits'])(
    'is changed by nobody without the token of the form: %s',
    async (verb) => {
      const fields = {
        name: 'x',
        admin: '1',
        role: 'user',
        group: 'class',
        token: 'a1',
        confirm: 'ada',
        mem_limit: '1G',
      };
      expect((await admin.post(`${at}/${verb}`, fields)).status).toBe(403);
    },
  );
});

describe('limits of a running server', () => {
  test('are written as in the settings, and set until it ends', async () => {
    await runFor(t, 'ada');
    expect((await admin.get(`${at}/limits?server=`)).text).toContain('name="mem_limit"');
    const { location } = await order(admin, `${at}/limits`, { server: '', mem_limit: '2G', cpu_limit: '1.5' });
    expect(location).toBe(`${at}?done=limits`);
    expect(t.spawner.limits.at(-1)).toEqual({
      user: 'ada',
      server: '',
      limits: { mem_limit: 2n ** 31n, cpu_limit: 1500n },
    });
    const wrong = await order(admin, `${at}/limits`, { server: '', mem_limit: 'lots' });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('found &quot;lots&quot;')]);
    expect(wrong.text).toContain('value="lots"');
  });

  test('over the API as well, with admin:servers and no less', async () => {
    await runFor(t, 'ada');
    const json = { mem_limit: 2 ** 30, tasks_max: 50 };
    const ask = async (scope: string) =>
      (await t.api('/users/ada/server/limits', { method: 'PATCH', json, token: await t.token('root-of-all', [scope]) }))
        .status;
    expect([await ask('servers'), await ask('admin:servers!user=mallory'), await ask('admin:servers')]).toEqual([
      403, 404, 204,
    ]);
    expect(
      (await t.api('/users/ada/server/limits', { method: 'PATCH', json, token: await t.token('ada') })).status,
    ).toBe(403);
    const token = await t.token('root-of-all');
    const bad = await t.api('/users/ada/server/limits', { method: 'PATCH', json: { mem: 1 }, token });
    const none = await t.api('/users/mallory/server/limits', { method: 'PATCH', json, token });
    expect([bad.status, none.status]).toEqual([400, 400]);
  });
});

describe('whoever holds less', () => {
  test('sees what the scopes cover and no form beside', async () => {
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'read:users:name', 'read:users:groups!group=class']);
    const { text } = await reader.get(at);
    expect(text).toContain('class');
    for (const verb of ['edit', 'grant', 'join', 'leave', 'revoke', 'delete', 'limits'])
      expect(text).not.toContain(`${at}/${verb}`);
    expect((await reader.get('/hub/admin/users/mallory')).text).not.toContain('Groups and roles');
    expect((await reader.get(`${at}/delete`)).status).toBe(404);
    expect((await reader.get(`${at}/limits?server=`)).status).toBe(404);
  });

  test('may not do by hand what no button offers', async () => {
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'read:users', 'list:users', 'read:tokens']);
    await t.token('ada');
    const all: Readonly<Record<string, Record<string, string>>> = {
      edit: { name: 'ada2' },
      grant: { role: 'admin' },
      join: { group: 'class' },
      leave: { group: 'class' },
      revoke: { token: 'a1' },
      delete: { confirm: 'ada' },
      limits: { server: '', mem_limit: '1G' },
    };
    for (const [verb, fields] of Object.entries(all))
      expect([verb, [403, 404].includes((await order(reader, `${at}/${verb}`, fields)).status)]).toEqual([verb, true]);
    expect((await t.hub.users.byName('ada'))?.admin).toBe(false);
  });

  test('cannot make or unmake administrators with admin:users for a group', async () => {
    const teacher = await makeStaff(t, 'teacher', ['admin-ui', 'admin:users!group=class']);
    expect((await order(teacher, `${at}/edit`, { name: 'ada', admin: '1' })).text).toContain('Only admins can grant');
    expect((await order(teacher, '/hub/admin/users/root-of-all/edit', { name: 'x' })).status).toBe(404);
    expect((await t.hub.users.byName('ada'))?.admin).toBe(false);
  });
});
