import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRoot, makeStaff, order, runFor } from '../support/admin-steps.ts';
import type { Browser } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let admin: Browser;

beforeEach(async () => {
  t = await hubForTest({ settings: { services: { board: { oauth_redirect_uri: '', url: '' } } } });
  for (const name of ['ada', 'bob']) await t.user(name);
  await t.hub.groups.create(['class'], { users: ['ada'] });
  await t.hub.groups.create(['secret']);
  admin = await makeRoot(t);
});
afterEach(() => t.close());

const sections = ['groups', 'roles', 'services', 'tokens', 'activity'] as const;

describe('the sections', () => {
  test.each(sections)('%s: open to an administrator', async (section) => {
    expect((await admin.get(`/hub/admin/${section}`)).status).toBe(200);
  });

  test('are those that the scopes open, and no others', async () => {
    const scopes: Readonly<Record<(typeof sections)[number], string>> = {
      groups: 'list:groups',
      roles: 'read:roles',
      services: 'list:services',
      tokens: 'read:tokens',
      activity: 'admin:users',
    };
    for (const [section, scope] of Object.entries(scopes)) {
      const reader = await makeStaff(t, `reader-${section}`, ['admin-ui', scope]);
      expect([section, (await reader.get(`/hub/admin/${section}`)).status]).toEqual([section, 200]);
      const tabs = (await reader.get('/hub/admin')).text;
      for (const other of sections) {
        // Everybody may see tokens of their own.
        if (other === 'tokens') continue;
        const isOpen = other === section;
        expect([section, other, tabs.includes(`href="/hub/admin/${other}"`)]).toEqual([section, other, isOpen]);
        if (!isOpen) expect([403, 404]).toContain((await reader.get(`/hub/admin/${other}`)).status);
      }
    }
  });
});

describe('groups', () => {
  test('are made, filled, emptied and deleted', async () => {
    expect((await order(admin, '/hub/admin/groups', { name: 'new' })).location).toBe('/hub/admin/groups/new?done=made');
    await order(admin, '/hub/admin/groups/new/add', { user: 'ada' });
    await order(admin, '/hub/admin/groups/new/add', { user: 'bob' });
    await order(admin, '/hub/admin/groups/new/remove', { user: 'ada' });
    await order(admin, '/hub/admin/groups/new/properties', { properties: '{"quota": 5}' });
    const token = await t.token('root-of-all');
    expect((await t.api('/groups/new', { token })).json()).toMatchObject({ users: ['bob'], properties: { quota: 5 } });
    const bad = await order(admin, '/hub/admin/groups/new/properties', { properties: '{' });
    expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('expected an object in JSON')]);
    const nobody = await order(admin, '/hub/admin/groups/new/add', { user: 'nobody' });
    expect([nobody.status, nobody.text]).toEqual([400, expect.stringContaining('No such user: nobody')]);
    expect((await order(admin, '/hub/admin/groups', { name: 'new' })).text).toContain('role="alert"');
    await order(admin, '/hub/admin/groups/new/delete', {});
    expect(await t.hub.groups.byName('new')).toBeUndefined();
    expect((await admin.get('/hub/admin/groups/new')).status).toBe(404);
  });

  test('are found by a part of the name', async () => {
    const { text } = await admin.get('/hub/admin/groups?name_filter=CLA');
    expect([text.includes('/hub/admin/groups/class"'), text.includes('/hub/admin/groups/secret"')]).toEqual([
      true,
      false,
    ]);
  });

  test('of which one is looked after by somebody, who sees and changes this one alone', async () => {
    const teacher = await makeStaff(t, 'teacher', ['admin-ui', 'groups!group=class']);
    const { text } = await teacher.get('/hub/admin/groups');
    expect([text.includes('/hub/admin/groups/class"'), text.includes('secret')]).toEqual([true, false]);
    await order(teacher, '/hub/admin/groups/class/add', { user: 'bob' });
    expect((await teacher.get('/hub/admin/groups/class')).text).toContain('Members (2)');
    for (const verb of ['add', 'remove', 'properties', 'delete', 'grant'])
      expect(
        (await order(teacher, `/hub/admin/groups/secret/${verb}`, { user: 'ada', role: 'user', properties: '{}' }))
          .status,
      ).not.toBe(303);
    expect((await teacher.get('/hub/admin/groups/secret')).status).toBe(404);
    expect((await order(teacher, '/hub/admin/groups/class/delete', {})).status).toBe(403);
    expect((await order(teacher, '/hub/admin/groups', { name: 'mine' })).status).toBe(403);
  });

  test('whose members may not be seen say nothing of them', async () => {
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'list:groups']);
    const { text } = await reader.get('/hub/admin/groups/class');
    expect([text.includes('ada'), text.includes('Members')]).toEqual([false, false]);
  });
});

describe('roles', () => {
  test('are made, changed, given, taken and deleted', async () => {
    const made = await order(admin, '/hub/admin/roles', {
      name: 'helpers',
      description: 'Help',
      scopes: 'list:users\nread:servers',
    });
    expect(made.location).toBe('/hub/admin/roles/helpers?done=made');
    await order(admin, '/hub/admin/roles/helpers/edit', {
      description: 'More',
      scopes: 'list:users, read:users!group=class',
    });
    await order(admin, '/hub/admin/roles/helpers/give-user', { name: 'ada' });
    await order(admin, '/hub/admin/roles/helpers/give-group', { name: 'class' });
    await order(admin, '/hub/admin/roles/helpers/take', { kind: 'user', name: 'ada' });
    const role = t.hub.roles.get('helpers');
    expect(role).toMatchObject({ description: 'More', scopes: ['list:users', 'read:users!group=class'] });
    expect([[...(role?.users ?? [])], [...(role?.groups ?? [])]]).toEqual([[], ['class']]);
    const wrong = await order(admin, '/hub/admin/roles/helpers/edit', { scopes: 'no:such' });
    expect([wrong.status, wrong.text.includes('no:such')]).toEqual([403, true]);
    expect((await order(admin, '/hub/admin/roles/helpers/take', { kind: 'constructor', name: 'x' })).status).toBe(400);
    await order(admin, '/hub/admin/roles/helpers/delete', {});
    expect(t.hub.roles.get('helpers')).toBeUndefined();
  });

  test('are not made of more than their maker holds', async () => {
    const maker = await makeStaff(t, 'maker', ['admin-ui', 'admin:roles', 'list:users']);
    const refused = await order(maker, '/hub/admin/roles', { name: 'more', scopes: 'admin:users' });
    expect([refused.status, refused.text.includes('missing:')]).toEqual([403, true]);
    expect((await order(maker, '/hub/admin/roles/admin/give-user', { name: 'maker' })).status).toBe(403);
    expect(t.hub.roles.get('more')).toBeUndefined();
    expect((await t.hub.users.byName('maker'))?.admin).toBe(false);
  });

  test('are read without their forms by whoever may only read', async () => {
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'read:roles']);
    const { text } = await reader.get('/hub/admin/roles/role-of-reader');
    expect(text).not.toContain('/hub/admin/roles/role-of-reader/');
    expect((await order(reader, '/hub/admin/roles/role-of-reader/edit', { scopes: 'inherit' })).status).toBe(403);
  });
});

describe('services', () => {
  test('are made and removed, those of the settings excepted', async () => {
    const made = await order(admin, '/hub/admin/services', {
      name: 'bot',
      api_token: 'a-token-of-the-bot-that-is-long-enough',
    });
    expect(made.location).toBe('/hub/admin/services?done=made');
    expect((await t.api('/user', { token: 'a-token-of-the-bot-that-is-long-enough' })).json()).toMatchObject({
      name: 'bot',
    });
    const page = (await admin.get('/hub/admin/services')).text;
    expect(page).toContain('/hub/admin/services/bot/delete');
    expect(page).not.toContain('/hub/admin/services/board/delete');
    expect(page).not.toContain('a-token-of-the-bot-that-is-long-enough');
    expect((await order(admin, '/hub/admin/services', { name: 'bot' })).status).toBe(409);
    expect((await order(admin, '/hub/admin/services/board/delete', {})).status).toBe(405);
    expect((await order(admin, '/hub/admin/services/bot/delete', {})).location).toBe('/hub/admin/services?done=gone');
    expect(t.hub.services.get('bot')).toBeUndefined();
  });

  test('are made by nobody without admin:services', async () => {
    const reader = await makeStaff(t, 'reader', ['admin-ui', 'list:services']);
    expect((await reader.get('/hub/admin/services')).text).not.toContain('name="api_token"');
    expect((await order(reader, '/hub/admin/services', { name: 'bot' })).status).toBe(403);
  });
});

describe('tokens', () => {
  test('of everybody are listed without their texts, and revoked', async () => {
    const texts = [await t.token('ada'), await t.token('bob', ['read:users!user=bob']), await t.token('board')];
    await runFor(t, 'ada');
    const { text } = await admin.get('/hub/admin/tokens');
    for (const secret of texts) expect(text).not.toContain(secret);
    expect(text).toContain('href="/hub/admin/users/bob"');
    expect(text).toContain('board');
    expect(text).not.toContain('Server at /user/ada/');
    expect((await admin.get('/hub/admin/tokens?kind=servers')).text).toContain('Server at /user/ada/');
    const only = (await admin.get('/hub/admin/tokens?owner=bob')).text;
    expect(only).not.toContain('href="/hub/admin/users/ada"');
    const id = /name="token" value="(a\d+)"/.exec(only)?.[1] ?? '';
    const gone = await order(admin, '/hub/admin/tokens?owner=bob', { token: id, owner: 'bob' });
    expect(gone.location).toBe('/hub/admin/tokens?owner=bob&done=revoked');
    expect((await t.api('/user', { token: texts[1] ?? '' })).status).toBe(403);
  });

  test('are those of the members, for whoever looks after a group', async () => {
    await t.token('ada');
    await t.token('bob');
    await t.token('board');
    const teacher = await makeStaff(t, 'teacher', ['admin-ui', 'read:tokens!group=class']);
    const { text } = await teacher.get('/hub/admin/tokens');
    expect([text.includes('users/ada'), text.includes('users/bob'), text.includes('>board<')]).toEqual([
      true,
      false,
      false,
    ]);
    const own = /name="token" value="(a\d+)"/.exec(text);
    expect(own).toBeNull();
    const id = (await t.hub.tokens.ofUser((await t.user('ada')).id))[0]?.id;
    expect((await order(teacher, '/hub/admin/tokens', { token: `a${id}`, owner: 'ada' })).status).toBe(404);
  });

  test('come in pages, the newest first', async () => {
    for (let i = 0; i < 60; i += 1) await t.token('ada');
    const first = (await admin.get('/hub/admin/tokens')).text;
    const next = /rel="next"\s+href="([^"]+)"/.exec(first)?.[1] ?? '';
    const idsIn = (page: string): number[] =>
      [...page.matchAll(/name="token" value="a(\d+)"/g)].map(([, id]) => Number(id));
    const ids = [...idsIn(first), ...idsIn((await admin.get(next)).text)];
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(ids).toHaveLength(60);
  });
});

describe.each(['roles', 'services'] as const)('the list of %s', (section) => {
  beforeEach(async () => {
    for (let i = 0; i < 60; i += 1) {
      const name = `item-${String(i).padStart(2, '0')}`;
      if (section === 'roles') await t.hub.roles.create({ name, description: '', scopes: [] });
      else await order(admin, '/hub/admin/services', { name });
    }
  });
  const shown = async (query: string): Promise<string[]> =>
    [
      ...(await admin.get(`/hub/admin/${section}${query}`)).text.matchAll(
        /<th scope="row">\s*(?:<a [^>]*>)?\s*([\w-]+)/g,
      ),
    ].map(([, name]) => name ?? '');

  test('is cut into pages, searched over all of them, and turned around', async () => {
    expect(await shown('')).toHaveLength(50);
    expect(await shown('?offset=50&name_filter=ITEM')).toEqual(Array.from({ length: 10 }, (_, i) => `item-${50 + i}`));
    expect(await shown('?name_filter=m-07')).toEqual(['item-07']);
    expect((await shown('?name_filter=item&sort=-name'))[0]).toBe('item-59');
    expect(await shown('?name_filter=nothing-like-it')).toEqual([]);
    const { text } = await admin.get(`/hub/admin/${section}?name_filter=item&sort=-name`);
    expect(text).toContain(`href="/hub/admin/${section}?name_filter=item&amp;sort=-name&amp;offset=50"`);
  });

  test('is narrowed to what is made here, and takes nonsense for nothing', async () => {
    const here = await shown('?managed=api');
    expect(here.every((name) => name.startsWith('item-'))).toBe(true);
    expect(await shown('?managed=config')).not.toContain('item-00');
    expect(await shown('?sort=constructor&offset=-1&name_filter=item-0')).toHaveLength(10);
  });
});

test('roles can be put in the order of their holders', async () => {
  await t.hub.roles.create({ name: 'most-held', description: '', scopes: [] });
  for (const name of ['u1', 'u2', 'u3']) {
    await t.user(name);
    await t.hub.roles.grant('most-held', { kind: 'user', name });
  }
  const { text } = await admin.get('/hub/admin/roles?sort=holders');
  expect(/<th scope="row">\s*<a [^>]*>([^<]*)/.exec(text)?.[1]).toBe('most-held');
});

test('groups can be turned around', async () => {
  await t.hub.groups.create(['alpha', 'omega'], { users: [] });
  const { text } = await admin.get('/hub/admin/groups?sort=-name&name_filter=a');
  expect(text.indexOf('>omega<')).toBeLessThan(text.indexOf('>alpha<'));
});
