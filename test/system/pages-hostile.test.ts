import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { expectCalm, hostile, logIn, open, type Watched, withHubSettings } from './support/pages.ts';
import { installWeb, web } from './support/settings.ts';
import { machine, stopServer } from './support/suite.ts';

/** As a text of TOML. */
const text = JSON.stringify(hostile);
const settings = `
[hub]
allow_named_servers = true
[login]
text = ${text}
[[profiles]]
name = "web"
title = ${JSON.stringify(hostile.slice(0, 79))}
description = ${text}
[profiles.settings]
command = ["/bin/sh", "-c", "echo \\"$0\\"; sleep 3; exec ${web} unix:{socket}", ${text.replaceAll('%', '%%')}]
[profiles.options.page]
title = ${JSON.stringify(hostile.slice(0, 79))}
setting = "default_url"
values = ["/lab", "/tree"]
default = "/lab"
[[profiles]]
name = "broken"
title = "Broken"
settings = { command = ["/bin/sh", "-c", "echo \\"$0\\" >&2; exit 7", ${text.replaceAll('%', '%%')}] }
[roles.sharing]
scopes = ["shares!user", "list:users", "list:groups", "read:groups:name"]
users = ["ada"]
[groups.algebra]
users = ["bob"]
[services.probe]
url = "http://127.0.0.1:9"
user = "ada"
info = { description = ${text} }
[roles.probing]
scopes = ["access:services"]
users = ["ada"]
`;

let browser: Browser;
let watched: Watched;

beforeAll(async () => {
  await installWeb();
  await withHubSettings(settings);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await stopServer('ada');
  await withHubSettings(null);
});
beforeEach(async () => {
  await stopServer('ada');
  watched = await open(browser);
  return () => watched.page.context().close();
});

/** The page shows the text, as text. */
async function expectShown(what: string): Promise<void> {
  await expectCalm(watched, what);
  expect(await watched.page.textContent('main'), what).toContain('<img src=x class=hostile');
}

test('what the administrator wrote for the login page', async () => {
  await watched.page.goto(`${machine.url}/hub/login`);
  await expectShown('login');
});

test('names that addresses and forms carry', async () => {
  const { page } = watched;
  const encoded = encodeURIComponent(hostile);
  await page.goto(`${machine.url}/hub/login?username=${encoded}&next=${encoded}`);
  expect(await page.inputValue('#username_input')).toContain('<img');
  await page.fill('#password_input', 'wrong');
  await page.click('#login_submit');
  await page.waitForSelector('.notice.problem');
  await expectCalm(watched, 'a refused login');
  await logIn(page, 'ada');
  for (const path of [
    `/hub/nowhere/${encoded}`,
    `/hub/user/${encoded}/x`,
    `/hub/spawn/${encoded}/${encoded}`,
    `/hub/spawn-pending/ada/${encoded}`,
    `/hub/spawn?opt-profile=${encoded}&opt-${encoded}=${encoded}&next=${encoded}`,
    `/hub/log/ada/${encoded}`,
    `/hub/accept-share?code=${encoded}&next=${encoded}`,
    `/hub/error/404?url=${encoded}`,
    `/user/ada/${encoded}?redirects=${encoded}`,
    `/hub/api/oauth2/authorize?client_id=${encoded}&redirect_uri=${encoded}&response_type=code&state=${encoded}`,
  ]) {
    await page.goto(machine.url + path);
    await expectCalm(watched, path);
  }
});

test('titles of profiles and of their options', async () => {
  await logIn(watched.page, 'ada', '/hub/spawn');
  await expectShown('the spawn form');
});

test('lines of a log: while it starts, on the home page, on its own page', async () => {
  const { page } = watched;
  await logIn(page, 'ada', '/hub/spawn');
  await page.click('form:has(input[value="web"]) button');
  await page.waitForSelector('#progress-log:has-text("class=hostile")');
  await expectShown('a start');
  await page.waitForURL('**/user/ada/**');
  await page.goto(`${machine.url}/hub/home`);
  await expectShown('home');
  await page.goto(`${machine.url}/hub/log`);
  await expectShown('the log');
});

test('lines of the log of a start that failed', async () => {
  const { page } = watched;
  await logIn(page, 'ada', '/hub/spawn');
  await page.click('text=Start Broken');
  await page.waitForSelector('h1:has-text("did not start")');
  await expectShown('a failed start');
});

test('the reason for which a server was stopped', async () => {
  const { page } = watched;
  await machine.run(['tshubctl', 'server', 'start', 'ada', '--profile=web']);
  await machine.run(['tshubctl', 'server', 'stop', 'ada', '--reason', hostile]);
  await logIn(page, 'ada');
  await expectShown('home');
  // Not /lab, which is a named server as soon as another file has made one of that name.
  await page.goto(`${machine.url}/user/ada/`);
  await expectShown('not running');
});

test('notes of tokens, made in the browser and over the API', async () => {
  const { page } = watched;
  await logIn(page, 'ada', '/hub/token');
  await page.fill('#token-note', hostile);
  await page.click('#request-token-form > details > summary');
  await page.fill('#token-scopes', hostile);
  await page.click('#request-token-form button.main');
  await page.waitForSelector('#scopes_problem');
  await expectCalm(watched, 'a refused token');
  await page.fill('#token-scopes', '');
  await page.click('#request-token-form button.main');
  await page.waitForSelector('#token-result');
  await expectShown('tokens');
});

test('names that a server is shared with, and names of servers', async () => {
  const { page } = watched;
  await machine.run(['tshubctl', 'server', 'start', 'ada', '--profile=web']);
  await logIn(page, 'ada', '/hub/shares');
  await page.fill('#share_name', hostile);
  await page.click('text="Share"');
  await page.waitForSelector('#name_problem');
  await expectCalm(watched, 'shares');
  await page.goto(`${machine.url}/hub/home`);
  await page.locator('#server_name').evaluate('(field) => field.removeAttribute("pattern")');
  await page.locator('#server_name').evaluate('(field) => field.removeAttribute("maxlength")');
  await page.fill('#server_name', hostile);
  await page.click('text=Start a new server');
  await page.waitForSelector('#server_name_problem, h1');
  await expectCalm(watched, 'a named server');
  // What a server is called may be anything.
  const token = await machine.sh('tshubctl token create --user ada --json | jq -r .token.token');
  await fetch(`${machine.url}/hub/api/users/ada/servers/lab`, {
    method: 'PUT',
    headers: { Authorization: `token ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ display_name: hostile }),
  });
  await page.goto(`${machine.url}/hub/home`);
  await expectShown('home');
  await page.goto(`${machine.url}/hub/shares`);
  await expectCalm(watched, 'shares');
});
