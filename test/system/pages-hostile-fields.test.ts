import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { expectCalm, fillLogin, hostile, open, type Watched, withHubSettings } from './support/pages.ts';
import { machine, stopServer } from './support/suite.ts';

/** Names of groups and users have no "/". */
const name = hostile.split('<script>')[0] ?? '';
const encoded = encodeURIComponent(name);
const short = hostile.slice(0, 44);
const toml = JSON.stringify(hostile);
const settings = `
[hub]
name = ${JSON.stringify(short)}
allow_named_servers = true
[login]
text = ${toml}
terms = ${toml}
[pages]
announcement = ${toml}
footer = ${toml}
[roles.hostile]
description = ${toml}
scopes = ["list:users"]
users = ["ada"]
[roles.sharing]
scopes = ["shares!user", "list:users", "list:groups", "read:groups:name", "access:services"]
users = ["ada"]
[services.probe]
url = "http://127.0.0.1:9"
user = "ada"
info = { description = ${toml} }
[[profiles]]
name = "web"
title = ${JSON.stringify(short)}
description = ${toml}
settings = { command = ["/bin/sh", "-c", "exit 7"] }
[[profiles]]
name = "other"
title = "Other"
settings = { command = ["/bin/sh", "-c", "exit 7"] }
`;

/** What is shown, and the pages on which it is: to ada, a user, or to grace, who administers. */
const table: ReadonlyArray<readonly [field: string, who: 'ada' | 'grace' | null, at: string, shows: string]> = [
  ['the name of the hub', null, '/hub/login', short],
  ['the text of the login', null, '/hub/login', hostile],
  ['the terms', null, '/hub/login', hostile],
  ['the announcement and the foot', null, '/hub/nothing', hostile],
  ['the announcement and the foot', 'ada', '/hub/home', hostile],
  ['the announcement and the foot', 'grace', '/hub/admin', hostile],
  ['a block', null, '/hub/login', `block ${hostile}`],
  ['what a service is for', 'ada', '/hub/home', hostile],
  ['the name to show of a server', 'ada', '/hub/home', `lab ${short}`],
  ['profiles', 'ada', '/hub/spawn', hostile],
  ['notes of tokens', 'ada', '/hub/token', `note ${hostile}`],
  ['notes of tokens', 'grace', '/hub/admin/tokens', `note ${hostile}`],
  ['notes of tokens', 'grace', '/hub/admin/users/ada', `note ${hostile}`],
  ['groups that a server is shared with', 'ada', '/hub/shares', `${name} group`],
  ['groups', 'grace', '/hub/admin/groups', `${name} group`],
  ['groups', 'grace', '/hub/admin', `${name} group`],
  ['groups', 'grace', '/hub/admin/users/ada', `${name} group`],
  ['groups', 'grace', `/hub/admin/groups/${encoded}%20group`, `${name} group`],
  ['names of users', 'grace', `/hub/admin?name_filter=${encoded}`, `${name} user`],
  ['names of users', 'grace', `/hub/admin/users/${encoded}%20user`, `${name} user`],
  ['names of users', 'grace', `/hub/admin/users/${encoded}%20user/delete`, `${name} user`],
  ['names of users in what was done', 'grace', '/hub/admin/activity', `${name} user`],
  ['what a role is for', 'grace', '/hub/admin/roles', hostile],
  ['what a role is for', 'grace', '/hub/admin/roles/hostile', hostile],
];

let browser: Browser;
const windows = new Map<'ada' | 'grace' | null, Watched>();
let forgetLab: () => Promise<unknown> = () => Promise.resolve();

beforeAll(async () => {
  await stopServer('ada');
  await machine.sh('install -d /etc/tshub/pages.d');
  await machine.write('/etc/tshub/pages.d/login-top.txt', `block ${hostile}`);
  await withHubSettings(settings);
  await machine.run(['tshubctl', 'user', 'create', 'ada', 'grace', `${name} user`], { fails: true });
  await machine.run(['tshubctl', 'group', 'create', `${name} group`, '--user', 'ada']);
  const made = await machine.run([
    'tshubctl',
    'token',
    'create',
    '--user',
    'ada',
    '--note',
    `note ${hostile}`,
    '--json',
  ]);
  const { token } = (JSON.parse(made.out) as { token: { token: string } }).token;
  const ask = (method: string, path: string, body: object): Promise<Response> =>
    fetch(`${machine.url}/hub/api${path}`, {
      method,
      headers: { Authorization: `token ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  forgetLab = () => ask('DELETE', '/users/ada/servers/lab', { remove: true });
  expect((await ask('PUT', '/users/ada/servers/lab', { display_name: `lab ${short}` })).status).toBe(201);
  expect((await ask('POST', '/shares/ada/lab', { group: `${name} group` })).status).toBe(200);
  browser = await openBrowser();
  for (const who of [null, 'ada', 'grace'] as const) {
    const watched = await open(browser);
    windows.set(who, watched);
    if (who === null) continue;
    const { page } = watched;
    await page.goto(`${machine.url}/hub/login`);
    await page.check('input[name="terms"]');
    await fillLogin(page, who);
    await page.waitForURL((url) => url.pathname !== '/hub/login');
  }
});
afterAll(async () => {
  await browser.close();
  await forgetLab();
  await machine.sh('rm -rf /etc/tshub/pages.d');
  await machine.run(['tshubctl', 'group', 'delete', `${name} group`], { fails: true });
  await machine.run(['tshubctl', 'user', 'delete', `${name} user`], { fails: true });
  await withHubSettings(null);
});

test.each(table)('%s: as text, for %s at %s', async (field, who, at, shows) => {
  const watched = windows.get(who);
  if (watched === undefined) throw new Error(`nobody looks at ${at}`);
  await watched.page.goto(machine.url + at);
  expect(await watched.page.textContent('body'), field).toContain(shows);
  await expectCalm(watched, `${field} at ${at}`);
});
