import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeRoot, order, runFor } from '../support/admin-steps.ts';
import type { Browser } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

/** What would run, were it ever taken for HTML; in an attribute as well. */
const evil = `"><img src=x onerror=alert(1)>'`;
const name = encodeURIComponent(evil);

let t: TestHub;
let admin: Browser;

beforeAll(async () => {
  t = await hubForTest({ settings: { hub: { allow_named_servers: true } } });
  admin = await makeRoot(t);
  await t.user(evil);
  await t.hub.groups.create([evil], { users: [evil] });
  await order(admin, `/hub/admin/groups/${name}/properties`, {
    properties: JSON.stringify({ a: `</textarea><script>alert(1)</script>${evil}` }),
  });
  await t.hub.roles.create({ name: 'evil-role', description: evil, scopes: [`list:users!user=${evil}`] });
  await t.hub.roles.grant('evil-role', { kind: 'user', name: evil });
  await t.hub.roles.grant('evil-role', { kind: 'group', name: evil });
  const user = await t.user(evil);
  await t.hub.tokens.issue({ owner: { kind: 'user', id: user.id }, scopes: ['inherit'], note: evil, expiresIn: null });
  await runFor(t, evil);
  t.spawner.end(evil, '', { result: 'exit-code', exitCode: 1, exitStatus: 1, reason: evil });
  await vi.waitFor(() => expect(t.hub.servers.activeCount).toBe(0));
  await runFor(t, 'ada', 'lab');
  await order(admin, `/hub/admin/users/${name}/edit`, { name: evil, admin: '1' });
});
afterAll(() => t.close());

test.each([
  '',
  `?name_filter=${name}&group=${name}&sort=${name}&after=${name}&state=${name}`,
  `?done=${name}`,
  `/users/${name}`,
  `/users/${name}/delete`,
  `/users/ada/limits?server=lab`,
  '/add-users',
  '/groups',
  `/groups?name_filter=${name}&offset=${name}`,
  `/groups/${name}`,
  '/roles',
  '/roles/evil-role',
  '/services',
  '/tokens',
  `/tokens?owner=${name}&kind=${name}&before=${name}`,
  '/activity',
  `/activity?user=${name}&kind=${name}`,
  `/users/${encodeURIComponent('<script>alert(1)</script>')}`,
  `/jobs/${name}`,
])('nothing hostile comes out of /hub/admin%s as HTML', async (path) => {
  const { text, headers } = await admin.get(`/hub/admin${path}`);
  expect(text).not.toMatch(/<img src=x/);
  expect(text).not.toMatch(/<script>/);
  // Neither scripts nor styles in the page itself, which the policy would refuse.
  expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style="| on\w+="/);
  expect(headers['content-security-policy']).toContain("script-src 'self'");
});

test.each([
  ['/hub/admin/add-users', { names: `${evil}/x\n<script>alert(1)</script>`, 'to-group': evil }],
  ['/hub/admin/bulk', { action: 'join', user: evil, 'to-group': evil, whom: 'all' }],
  ['/hub/admin/bulk', { action: evil, user: evil }],
  ['/hub/admin/groups', { name: evil }],
  ['/hub/admin/roles', { name: evil, description: evil, scopes: '<script>alert(1)</script>' }],
  ['/hub/admin/services', { name: evil, url: evil, account: evil, api_token: evil }],
  [`/hub/admin/users/${name}/edit`, { name: `${evil}/` }],
  [`/hub/admin/users/${name}/join`, { group: `${evil}${evil}` }],
  ['/hub/admin/users/ada/limits', { server: 'lab', mem_limit: evil }],
])('nor does what %s refuses', async (path, fields: Record<string, string>) => {
  const { text } = await order(admin, path, fields);
  expect(text).not.toMatch(/<img src=x/);
  expect(text).not.toMatch(/<script>/);
});
