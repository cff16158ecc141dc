import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, settingsForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
beforeEach(async () => {
  t = await hubForTest();
});
afterEach(() => t.close());

describe('what the hub says about itself', () => {
  test('its version needs no credentials and is in every header', async () => {
    for (const path of ['', '/']) {
      const answer = await t.api(path);
      expect([answer.status, answer.json()]).toEqual([200, { version: '5.5.1' }]);
      expect(answer.headers).toMatchObject({ 'x-jupyterhub-version': '5.5.1', 'access-control-allow-origin': '*' });
    }
  });

  test('every answer carries the version: errors, redirects, pages and tokens', async () => {
    const browser = t.browser();
    const answers = [
      await t.api('/nothing'),
      await t.api('/user'),
      await browser.get('/hub/login'),
      await browser.get('/'),
      await browser.get('/hub/nothing'),
      await t.api('/oauth2/token', { method: 'POST' }),
    ];
    expect(answers.map((answer) => answer.headers['x-jupyterhub-version'])).toEqual(answers.map(() => '5.5.1'));
  });

  test('the version is one that Python and JavaScript can read, whatever the settings say', async () => {
    await expect(hubForTest({ settings: { hub: { jupyterhub_version: 'tshub-0.1' } } })).rejects.toThrow(/5\.5\.1/);
  });

  test('details are for holders of read:hub', async () => {
    await t.user('ada');
    await t.user('root', { admin: true });
    expect((await t.api('/info')).status).toBe(403);
    expect(await t.api('/info', { token: await t.token('ada') })).toMatchObject({ status: 403 });
    const answer = await t.api('/info', { token: await t.token('root') });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      version: '5.5.1',
      sys_executable: '/usr/bin/node',
      spawner: { class: 'tshub.spawnerd' },
      authenticator: { class: 'tshub.pam' },
    });
    expect((await t.api('/info', { token: await t.token('culler') })).status).toBe(200);
  });

  test('health is for everybody, by GET and by HEAD', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await t.api('/health', { method });
      expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
        200,
        '',
        'text/html; charset=utf-8',
      ]);
    }
    expect((await t.browser().get('/hub/health')).status).toBe(200);
  });
});

describe('what is the same for the whole API', () => {
  test('errors are JSON with status and message', async () => {
    const answer = await t.api('/nothing');
    expect(answer.headers['content-type']).toMatch('application/json');
    expect(answer.json()).toEqual({ status: 404, message: '/hub/api/nothing not found' });
  });

  test.each([
    ['OPTIONS', '/users', 200],
    ['PUT', '/users', 405],
    ['HEAD', '/user', 405],
    ['HEAD', '/info', 405],
  ])('%s %s is %i, with or without credentials', async (method, path, status) => {
    expect((await t.api(path, { method })).status).toBe(status);
  });

  test('no page may be framed and no API answer may be run', async () => {
    expect((await t.api('/')).headers['content-security-policy']).toBe(
      "frame-ancestors 'none'; report-uri /hub/security/csp-report; default-src 'none'",
    );
    expect((await t.browser().get('/hub/login')).headers['content-security-policy']).toContain("script-src 'self'");
  });

  test('there are no pages on the port for programs', async () => {
    const { ask } = await import('../support/browser.ts');
    const port = Number(new URL(t.apiUrl).port);
    for (const path of ['/', '/hub/login', '/hub/home', '/user/ada/', '/hub/api%2f..%2flogin']) {
      expect((await ask({ host: '127.0.0.1', port }, path)).status, path).toBe(404);
    }
  });

  test('a login cookie counts only where browsers are', async () => {
    const browser = t.browser();
    expect((await browser.login('ada', 'ada-password')).status).toBe(302);
    expect((await browser.get('/hub/api/user')).json()).toMatchObject({ name: 'ada' });
    const cookie = `jupyterhub-hub-login=${browser.cookie('jupyterhub-hub-login')}; jupyterhub-hub-login.sig=${browser.cookie('jupyterhub-hub-login.sig')}`;
    expect((await t.api('/user', { headers: { Cookie: cookie } })).status).toBe(403);
  });

  test('a program cannot speak for a browser', async () => {
    await t.user('root', { admin: true });
    const answer = await t.api('/users?limit=1', {
      token: await t.token('root'),
      headers: {
        'X-Forwarded-Host': 'evil.example.org',
        'X-Forwarded-Proto': 'https',
        Accept: 'application/jupyterhub-pagination+json',
      },
    });
    expect(answer.text).not.toContain('evil');
  });
});

describe('a reload', () => {
  test('counts from the next request on, and is a sentence in the log', async () => {
    t.hub.reload(settingsForTest({ hub: { name: 'The Lab', jupyterhub_version: '6.0.0', api_page_max_limit: 1 } }));
    expect((await t.api('/')).json()).toEqual({ version: '6.0.0' });
    expect((await t.browser().get('/hub/login')).text).toContain('The Lab');
    await t.user('ada');
    await t.user('bob');
    expect((await t.api('/users', { token: await t.token('culler') })).json()).toHaveLength(1);
    expect(t.logged.filter((record) => record['event'] === 'config-reloaded').map((record) => record.msg)).toEqual([
      'Settings were reloaded: hub.api_page_max_limit, hub.jupyterhub_version, hub.name',
    ]);
  });
});
