import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type SettingsInput, type TestHub } from '../support/hub-for-test.ts';
import { soon } from '../support/soon.ts';
import { openDatabase } from '../../packages/hubd/src/db/open.ts';
import type { Knex } from 'knex';

const token = 'a-token-of-the-grader-service-0123456789';
const accounts = [
  { name: 'www-data', uid: 33 },
  { name: 'root-admin', uid: 1001 },
];
const settings: SettingsInput = {
  login: { admin_users: ['boss'] },
  roles: { user: { scopes: ['self', 'access:services!service=grader'] } },
  services: {
    grader: {
      url: 'http://127.0.0.1:9999',
      user: 'www-data',
      info: { description: 'Grades' },
      oauth_client_allowed_scopes: ['read:users!user'],
    },
  },
};

let t: TestHub;
let db: Knex;
const open = (
  more: SettingsInput = settings,
  credentials: Record<string, string> = { services_grader: token },
): Promise<TestHub> => hubForTest({ settings: more, accounts, db, credential: (name) => credentials[name] });

beforeEach(async () => {
  db = await openDatabase({ file: ':memory:', log: { info: () => undefined, error: () => undefined } });
  t = await open();
  await t.user('boss', { admin: true });
  await t.user('ada');
});
afterEach(async () => {
  await t.close();
  await db.destroy();
});

describe('a service of the settings', () => {
  test('is known by the token that systemd hands to the hub', async () => {
    expect((await t.api('/user', { token })).json()).toMatchObject({ kind: 'service', name: 'grader', admin: false });
  });

  test('has a route of the proxy, to the account that the settings name', async () => {
    expect(t.proxy.routes.get('/services/grader/')).toMatchObject({
      target: 'tcp:127.0.0.1:9999',
      uid: 33,
      data: { service: 'grader' },
    });
  });

  test('keeps its token and its logins over a restart, and loses the token that another one replaced', async () => {
    const before = await login(t.browser(), 'ada');
    await t.close();
    t = await open();
    expect((await t.api('/user', { token })).status).toBe(200);
    expect((await t.api('/user', { token: before })).status).toBe(200);
    await t.close();
    t = await open(settings, { services_grader: `${token}-new` });
    expect((await t.api('/user', { token })).status).toBe(403);
    expect((await t.api('/user', { token: before })).status).toBe(403);
    expect((await t.api('/user', { token: `${token}-new` })).status).toBe(200);
  });

  test('is gone with everything that it had when it leaves the settings', async () => {
    const before = await login(t.browser(), 'ada');
    await t.close();
    t = await open({ login: { admin_users: ['boss'] } });
    expect((await t.api('/user', { token })).status).toBe(403);
    expect((await t.api('/user', { token: before })).status).toBe(403);
    expect(t.hub.services.get('grader')).toBeUndefined();
    expect(t.proxy.routes.has('/services/grader/')).toBe(false);
  });

  test('cannot be removed by the API', async () => {
    const answer = await t.api('/services/grader', { method: 'DELETE', token: await t.token('boss') });
    expect([answer.status, answer.json()['message']]).toEqual([
      405,
      'Service grader is defined in tshub.toml and cannot be removed here',
    ]);
  });

  test.each([
    [
      { services: { x: { oauth_client_allowed_scopes: ['nothing'] } } },
      {},
      'services.x: oauth_client_allowed_scopes: there is no scope or role "nothing"',
    ],
    [
      { services: { x: {} } },
      { services_x: 'short' },
      '/etc/tshub/services/x: api_token: expected at least 32 visible characters, found 5',
    ],
    [{ services: { x: { api_token_credential: 'none' } } }, {}, 'there is no credential "none"'],
  ])('%j is refused with what is wrong', async (wrong, credentials, message) => {
    await expect(open(wrong, credentials)).rejects.toThrow(message);
  });

  test.each([
    [{ url: 'http://127.0.0.1:1' }, 'expected the account whose process answers at url'],
    [{ url: 'http://example.org', user: 'x' }, 'http://127.0.0.1:PORT'],
    [{ api_token: 'in-a-file-that-everybody-can-read' }, 'api_token'],
  ])('%j is no service', async (service, message) => {
    await expect(open({ services: { x: service } })).rejects.toThrow(message);
  });
});

describe('services at runtime', () => {
  const make = async (name: string, json: Record<string, unknown>, who = 'boss') =>
    t.api(`/services/${name}`, { method: 'POST', token: await t.token(who), json });

  test('are made, read, restarted with, and removed with their tokens and routes', async () => {
    const own = 'b'.repeat(40);
    const made = await make('mine', { url: 'http://127.0.0.1:5000', user: 'root-admin', api_token: own, admin: true });
    expect([made.status, made.json()]).toEqual([
      201,
      {
        kind: 'service',
        name: 'mine',
        admin: true,
        roles: ['admin'],
        url: 'http://127.0.0.1:5000',
        prefix: '/services/mine/',
        command: [],
        pid: 0,
        info: {},
        display: true,
      },
    ]);
    expect(t.proxy.routes.get('/services/mine/')).toMatchObject({ uid: 1001 });
    expect((await t.api('/users', { token: own })).status).toBe(200);
    await t.close();
    t = await open();
    expect((await t.api('/users', { token: own })).status).toBe(200);
    const removed = await t.api('/services/mine', { method: 'DELETE', token: await t.token('boss') });
    expect([removed.status, removed.text]).toEqual([200, '']);
    expect((await t.api('/users', { token: own })).status).toBe(403);
    expect(t.proxy.routes.has('/services/mine/')).toBe(false);
    expect((await make('mine', {})).json()).toMatchObject({ admin: false, roles: [] });
  });

  test('are listed by name, as far as one may see them', async () => {
    const all = (await t.api('/services', { token: await t.token('boss') })).json();
    expect(all).toMatchObject({ grader: { name: 'grader', url: 'http://127.0.0.1:9999', roles: [] } });
    const one = await t.token('boss', ['list:services!service=grader']);
    expect((await t.api('/services', { token: one })).json()).toEqual({
      grader: { kind: 'service', name: 'grader', admin: false },
    });
    expect((await t.api('/services', { token: await t.token('ada') })).status).toBe(403);
    expect((await t.api('/services/grader', { token: one })).json()).toEqual({
      kind: 'service',
      name: 'grader',
      admin: false,
    });
    expect((await t.api('/services/other', { token: one })).status).toBe(404);
  });

  test.each([
    ['grader', {}, 409, 'Service grader already exists'],
    ['culler', {}, 409, 'Service culler already exists'],
    ['x', { command: ['true'] }, 400, 'Managed service cannot be created at runtime'],
    ['x', { name: 'y' }, 400, 'expected "x" as in the path'],
    ['x', { api_token: 'short' }, 400, 'at least 32'],
    ['x', { api_token: token }, 400, 'expected one that nobody has'],
    ['x', { oauth_client_id: 'grader' }, 400, 'begins with "service-"'],
    ['x', { oauth_client_id: 'service-grader' }, 400, 'expected one that no service has'],
    ['x', { url: 'http://10.0.0.1:1' }, 400, 'url: '],
    ['x', { nothing: 1 }, 400, 'nothing'],
    ['x', { admin: 'yes' }, 400, 'admin'],
  ])('%s as %j is refused with %i', async (name, json, status, message) => {
    const answer = await make(name, json);
    expect([answer.status, answer.json()['message']]).toEqual([status, expect.stringContaining(message)]);
    expect(t.hub.services.get('x')).toBeUndefined();
  });

  test.each([
    { admin: true },
    { oauth_client_allowed_scopes: ['inherit'] },
    { oauth_client_allowed_scopes: ['admin:users'] },
  ])('nobody makes one that may do more than they may: %j', async (json) => {
    const some = await t.token('boss', ['admin:services']);
    const answer = await t.api('/services/x', { method: 'POST', token: some, json });
    expect(answer.status).toBe(400);
    expect((await t.api('/services/x', { method: 'POST', token: some, json: {} })).status).toBe(201);
  });

  test('need the scope', async () => {
    expect((await make('x', {}, 'ada')).status).toBe(403);
    expect((await t.api('/services/grader', { method: 'DELETE', token: await t.token('ada') })).status).toBe(403);
  });
});

describe('a login at a service', () => {
  test('asks once, and gives a token of the user for it', async () => {
    const browser = t.browser();
    const got = await login(browser, 'ada');
    expect((await t.api('/user', { token: got })).json()).toMatchObject({
      name: 'ada',
      scopes: expect.arrayContaining(['access:services!service=grader', 'read:users:name!user=ada']),
    });
    // The second time there is nothing to ask.
    expect((await browser.get(authorizePath())).status).toBe(302);
  });

  test('ends with the logout of the browser', async () => {
    const browser = t.browser();
    const got = await login(browser, 'ada');
    const page = await browser.get('/hub/logout');
    expect((await browser.post('/hub/logout', { _xsrf: xsrfIn(page.text) })).status).toBe(302);
    expect((await t.api('/user', { token: got })).status).toBe(403);
  });

  test('is for those who may use it', async () => {
    await t.close();
    t = await open({ ...settings, roles: {} });
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    const answer = await browser.get(authorizePath());
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('JupyterHub service grader')]);
  });

  test('does not ask when the administrator says so, and lets the form lead to where the service is', async () => {
    const redirect = 'https://grader.example.org/back';
    const at = (more: Record<string, unknown>): Promise<TestHub> =>
      open({ ...settings, services: { grader: { oauth_redirect_uri: redirect, ...more } } });
    await t.close();
    t = await at({});
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    const page = await browser.get(authorizePath(redirect));
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https://grader.example.org;");
    await t.close();
    t = await at({ oauth_no_confirm: true });
    expect((await browserOf('ada').then((one) => one.get(authorizePath(redirect)))).location).toMatch(
      `${redirect}?code=`,
    );
  });

  test('needs a challenge when the settings say so, and lasts as long as they say', async () => {
    await t.close();
    t = await open({ ...settings, hub: { oauth_require_pkce: true } });
    const refused = await (await browserOf('ada')).get(authorizePath());
    expect(refused.location).toMatch('error=invalid_request&error_description=Code+challenge+required.');
    await t.close();
    t = await open({ ...settings, hub: { oauth_token_expires_in: 60 } });
    const got = await login(t.browser(), 'ada');
    t.clock.advance(61_000);
    expect((await t.api('/user', { token: got })).status).toBe(403);
  });

  test.each([
    [['inherit'], 'read:servers!user', 302],
    [['self'], 'read:servers!user', 302],
    [['server'], 'users:activity!user', 302],
    [['custom:grades:read'], 'custom:grades:read', 302],
    [['custom:grades:read'], 'read:servers!user', 'invalid_scope'],
  ])('with %j allowed may ask for %s: %s', async (allowed, scope, expected) => {
    await t.close();
    t = await open({
      ...settings,
      custom_scopes: { 'custom:grades:read': { description: 'Read grades' } },
      services: {
        grader: {
          ...(settings['services'] as Readonly<Record<string, object>>)['grader'],
          oauth_no_confirm: true,
          oauth_client_allowed_scopes: allowed,
        },
      },
    });
    const answer = await (await browserOf('ada')).get(`${authorizePath()}&scope=${encodeURIComponent(scope)}`);
    if (expected === 302) expect(answer.location).toContain('code=');
    else expect(answer.location).toContain(`error=${expected}`);
  });
});

describe('the home page', () => {
  test('shows services to who may use them', async () => {
    expect((await (await browserOf('ada')).get('/hub/home')).text).toContain('href="/services/grader/"');
    await t.close();
    t = await open({ ...settings, roles: {} });
    expect((await (await browserOf('ada')).get('/hub/home')).text).not.toContain('/services/grader/');
    expect((await (await browserOf('boss')).get('/hub/home')).text).toContain('/services/grader/');
  });
});

const browserOf = async (name: string): Promise<Browser> => {
  const browser = t.browser();
  await browser.login(name, `${name}-password`);
  return browser;
};

const authorizePath = (redirect = '/services/grader/oauth_callback'): string =>
  `/hub/api/oauth2/authorize?${new URLSearchParams({ client_id: 'service-grader', response_type: 'code', redirect_uri: redirect, state: 'x' }).toString()}`;

/** Through the confirmation, to a token. */
async function login(browser: Browser, name: string): Promise<string> {
  await browser.login(name, `${name}-password`);
  const page = await browser.get(authorizePath());
  expect(page.text).toContain('JupyterHub service grader');
  const scopes = [...page.text.matchAll(/name="scopes" value="([^"]*)"/g)].map(([, scope]): [string, string] => [
    'scopes',
    scope ?? '',
  ]);
  const form = new URLSearchParams([['_xsrf', xsrfIn(page.text)], ...scopes]);
  const { location } = await browser.post(authorizePath(), form);
  const answer = await t.api('/oauth2/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      client_id: 'service-grader',
      client_secret: token,
      grant_type: 'authorization_code',
      redirect_uri: '/services/grader/oauth_callback',
      code: new URLSearchParams(location.split('?')[1]).get('code') ?? '',
    }).toString(),
  });
  return answer.json<{ access_token: string }>().access_token;
}

describe('a service whose command tshub runs', () => {
  const managed: SettingsInput = {
    ...settings,
    services: { dash: { command: ['/srv/dash'], user: 'www-data', url: 'http://127.0.0.1:9998' } },
  };
  const boss = () => t.token('boss');

  test('is started with the hub by its name alone, and told of with its unit', async () => {
    await t.close();
    t = await open(managed, { services_dash: token });
    await soon(() => [...t.spawner.services.keys()]).toEqual(['dash']);
    const shown = (await t.api('/services/dash', { token: await boss() })).json();
    expect(shown).toMatchObject({ pid: 4711, state: { active: 'active', unit: 'tshub-service-dash.service' } });
  });

  test('is stopped when the settings want it no more', async () => {
    await t.close();
    const { spawner } = (t = await open(managed, { services_dash: token }));
    await soon(() => spawner.services.size).toBe(1);
    await t.close();
    t = await hubForTest({ settings, accounts, db, spawner, credential: (name) => ({ services_grader: token })[name] });
    await soon(() => spawner.services.size).toBe(0);
  });

  test('is told of without its state while spawnerd is away', async () => {
    await t.close();
    t = await open(managed, { services_dash: token });
    await soon(() => t.spawner.services.size).toBe(1);
    t.spawner.isAway = true;
    const shown = (await t.api('/services/dash', { token: await boss() })).json();
    expect([shown['name'], 'state' in shown]).toEqual(['dash', false]);
  });

  test('has no command over the API', async () => {
    const json = { command: ['/bin/sh'] };
    const answer = await t.api('/services/evil', { token: await boss(), method: 'POST', json });
    expect(answer.status).toBe(400);
  });
});
