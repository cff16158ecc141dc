import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeAuthenticate } from '../../packages/hubd/src/login/authenticators/index.ts';
import { socketsOut } from '../../packages/hubd/src/login/oidc/sockets-out.ts';
import { noSecrets } from '@tshub/config';
import { type Answer, type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { issuer, providerForTest, type TestProvider } from '../support/provider-for-test.ts';

let provider: TestProvider;
let t: TestHub;

const people = {
  ada: {
    preferred_username: 'Ada.L',
    name: 'Ada Lovelace',
    picture: 'https://login.example.org/ada.png',
    email: 'ada@school.example',
    email_verified: true,
    groups: ['staff', 'tshub-admin'],
  },
  bob: { preferred_username: 'bob', name: 'Bob', email: 'bob@school.example', email_verified: false, groups: [] },
  eve: { preferred_username: 'eve', email: 'eve@elsewhere.example', email_verified: true },
  nameless: { name: 'Nobody' },
};
const oidc = {
  issuer,
  client_id: 'tshub',
  callback_url: 'http://hub.example.org/hub/oauth_callback',
  name: 'School',
  scopes: ['openid', 'profile', 'email', 'groups'],
};

async function hub(login: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}) {
  t = await hubForTest({
    settings: { login: { authenticator: 'oidc', ...login }, oidc: { ...oidc, ...more } },
    outside: provider.outside,
    authenticate: (settings) =>
      makeAuthenticate({
        settings,
        secrets: () => noSecrets,
        connectAuthd: () => Promise.reject(new Error('no PAM here')),
        accounts: { byName: () => Promise.resolve(null) },
      }),
    secrets: { oidcClientSecret: provider.clientSecret, authStateKeys: [Buffer.alloc(32, 7)] },
  });
  return t.browser();
}

/** To the provider and back. */
async function logIn(browser: Browser, name: string, next = '/hub/home'): Promise<Answer> {
  const sent = await browser.get(`/hub/oauth_login?next=${encodeURIComponent(next)}`);
  const back = await provider.login(sent.location, name);
  return browser.get(`${back.pathname}${back.search}`);
}

beforeAll(async () => void (provider = await providerForTest(people)));
afterAll(() => provider.close());
beforeEach(() => {
  provider.away = false;
  provider.outside.asked.length = 0;
});
afterEach(() => t.close());

describe('a login at a provider', () => {
  test('begins with a button, and ends where its user wanted to go', async () => {
    const browser = await hub();
    const page = await browser.get('/hub/login?next=/hub/home');
    expect(page.text).toContain('Log in with School');
    expect(page.text).toContain('href="/hub/oauth_login?next=%2Fhub%2Fhome"');
    expect(page.text).not.toContain('type="password"');
    const { status, location } = await logIn(browser, 'ada');
    expect([status, location]).toEqual([302, '/hub/home']);
    expect((await browser.get('/hub/home')).status).toBe(200);
  });

  test('takes name, groups and administration from claims, and speaks to nobody but the provider', async () => {
    const browser = await hub();
    await logIn(browser, 'ada');
    const user = await t.hub.users.byName('ada.l');
    expect(user).toMatchObject({ admin: true });
    expect(new Set(provider.outside.asked)).toEqual(new Set(['login.example.org:443']));
    expect(t.logged).toContainEqual(
      expect.objectContaining({ event: 'login', user: 'ada.l', admin: true, authenticator: 'oidc' }),
    );
    expect(JSON.stringify(t.logged)).not.toContain(provider.clientSecret);
  });

  test('keeps what it learned of the person, and the secrets only if the settings say so, encrypted', async () => {
    const browser = await hub();
    await logIn(browser, 'ada');
    const user = await t.user('ada.l', { admin: true });
    expect((await t.hub.records.userInfo([user.id])).get(user.id)).toEqual({
      name: 'Ada Lovelace',
      display_name: 'Ada Lovelace',
      avatar_url: 'https://login.example.org/ada.png',
    });
    const state = await t.hub.records.authState.read(user.id);
    expect(state).toMatchObject({ access_token: expect.any(String), claims: { groups: ['staff', 'tshub-admin'] } });
    const rows: Array<{ auth_state: string }> = await t.hub.db('login_records').select('auth_state');
    expect(rows[0]?.auth_state).not.toContain(String(state?.['access_token']));
    expect(Buffer.from(rows[0]?.auth_state ?? '', 'base64').toString('latin1')).not.toContain('staff');
  });

  test('goes by another claim, a pattern, and the map, if the settings say so', async () => {
    const browser = await hub({ username_map: { 'ada@school.example': 'countess' } }, { username_claim: 'email' });
    await logIn(browser, 'ada');
    expect(await t.hub.users.byName('countess')).toBeDefined();
  });

  test('takes the domain off', async () => {
    const browser = await hub({}, { username_claim: 'email', allowed_domains: ['school.example'], strip_domain: true });
    await logIn(browser, 'ada');
    expect(await t.hub.users.byName('ada')).toBeDefined();
  });

  test('brings groups into line at each login, if the settings say so', async () => {
    const browser = await hub({ manage_groups: true });
    await logIn(browser, 'ada');
    const groups = await t.hub.groups.list({ offset: 0, limit: 10 });
    expect(groups.groups.map(({ name, managed }) => [name, managed])).toEqual([
      ['staff', 'login'],
      ['tshub-admin', 'login'],
    ]);
    const token = await t.token('ada.l');
    const me = await t.api('/user', { token });
    expect(me.json()).toMatchObject({ name: 'ada.l', groups: ['staff', 'tshub-admin'] });
  });

  test.each([
    ['somebody of another domain', 'eve', 'of another domain'],
    ['an address that is not verified', 'bob', 'not verified your e-mail'],
  ])('refuses %s, with the same 403', async (_, name, says) => {
    const browser = await hub({}, { allowed_domains: ['school.example'] });
    const { status, text } = await logIn(browser, name);
    expect([status, text.includes(says), text.includes('Log in with School')]).toEqual([403, true, true]);
    expect(await t.hub.users.count()).toBe(0);
  });

  test('refuses who has no name, and whom the rules do not let in', async () => {
    const browser = await hub({ allow_all: false, allowed_groups: ['staff'] });
    expect((await logIn(browser, 'nameless')).status).toBe(403);
    expect((await logIn(browser, 'bob')).status).toBe(403);
    expect((await logIn(t.browser(), 'ada')).status).toBe(302);
  });
});

describe('a way back from the provider', () => {
  const callback = async (browser: Browser, name = 'bob'): Promise<string> => {
    const back = await provider.login((await browser.get('/hub/oauth_login')).location, name);
    return `${back.pathname}${back.search}`;
  };

  test('can be gone once', async () => {
    const browser = await hub();
    const path = await callback(browser);
    expect((await browser.get(path)).status).toBe(302);
    browser.forgetCookie('jupyterhub-hub-login');
    expect((await browser.get(path)).status).toBe(403);
  });

  test('is not for another browser, nor for one with another address', async () => {
    const browser = await hub();
    const path = await callback(browser);
    expect((await t.browser().get(path)).status).toBe(403);
    expect((await browser.get(path, { 'X-Real-IP': '198.51.100.1', 'X-Forwarded-For': '198.51.100.1' })).status).toBe(
      403,
    );
  });

  test('is closed after ten minutes', async () => {
    const browser = await hub();
    const path = await callback(browser);
    t.clock.advance(10 * 60 * 1000 + 1);
    expect((await browser.get(path)).status).toBe(403);
  });

  test.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    ['the issuer of somebody else', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    [
      'a refusal of the provider',
      (url: URL) => {
        url.searchParams.delete('code');
        url.searchParams.set('error', 'access_denied');
      },
    ],
  ])('does not lead in with %s', async (_, change) => {
    const browser = await hub();
    const url = new URL(await callback(browser), 'http://hub.example.org');
    change(url);
    const { status } = await browser.get(`${url.pathname}${url.search}`);
    expect(status).toBeGreaterThanOrEqual(403);
    expect(await t.hub.users.count()).toBe(0);
    expect((await browser.get('/hub/home')).status).toBe(302);
  });

  test('works for two tabs of one browser', async () => {
    const browser = await hub();
    const paths = [await callback(browser), await callback(browser)];
    for (const path of paths) {
      browser.forgetCookie('jupyterhub-hub-login');
      expect((await browser.get(path)).status).toBe(302);
    }
  });
});

describe('a provider that does not answer', () => {
  test('is an apology to the user and an error in the journal, and is asked again the next time', async () => {
    const browser = await hub();
    provider.away = true;
    const away = await browser.get('/hub/oauth_login');
    expect([away.status, away.text.includes('cannot be checked')]).toEqual([503, true]);
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'login-refused', reason: 'not-checked' }));
    provider.away = false;
    expect((await browser.get('/hub/oauth_login')).location).toContain(issuer);
  });

  test('to which there is no way is named in the journal, with the command that opens one', async () => {
    t = await hubForTest({
      settings: { login: { authenticator: 'oidc' }, oidc },
      outside: socketsOut('/no/such/folder'),
      secrets: { oidcClientSecret: provider.clientSecret },
    });
    expect((await t.browser().get('/hub/oauth_login')).status).toBe(503);
    const advice = 'run: systemctl enable --now tshub-outside@login.example.org:443.socket';
    expect(t.logged.some(({ msg }) => msg.includes(advice))).toBe(true);
  });

  test('is not believed with the certificate of somebody else', async () => {
    t = await hubForTest({
      settings: { login: { authenticator: 'oidc' }, oidc },
      outside: { connect: (host, port) => provider.outside.connect(host, port) },
      secrets: { oidcClientSecret: provider.clientSecret },
    });
    expect((await t.browser().get('/hub/oauth_login')).status).toBe(503);
    expect(JSON.stringify(t.logged)).toContain('self-signed certificate');
  });
});

describe('the login page', () => {
  test('is left at once with auto_login, and says goodbye after a logout', async () => {
    const browser = await hub({ auto_login: true });
    expect((await browser.get('/hub/login')).location).toContain(`${issuer}/auth`);
    await logIn(browser, 'bob');
    const page = await browser.get('/hub/home');
    const bye = await browser.post('/hub/logout', { _xsrf: xsrfIn(page.text) });
    expect([bye.status, bye.text.includes('You are logged out')]).toEqual([200, true]);
  });

  test('is not left before somebody agreed to the terms', async () => {
    const browser = await hub({ auto_login: true, terms: 'I agree.' });
    const page = await browser.get('/hub/login');
    expect(page.status).toBe(200);
    expect((await browser.get('/hub/oauth_login')).status).toBe(200);
    const fields = { _xsrf: xsrfIn(page.text) };
    expect((await browser.post('/hub/oauth_login', fields)).status).toBe(400);
    const onward = await browser.post('/hub/oauth_login', { ...fields, terms: 'yes' });
    expect(onward.text).toContain(`content="0; url=${issuer}/auth?`);
  });

  test('takes no passwords', async () => {
    const browser = await hub();
    const page = await browser.get('/hub/login');
    const answer = await browser.post('/hub/login', {
      _xsrf: xsrfIn(page.text),
      username: 'ada',
      password: 'ada-password',
    });
    expect(answer.status).toBe(403);
  });
});

test('without a provider there is no way to one', async () => {
  t = await hubForTest();
  for (const path of ['/hub/oauth_login', '/hub/oauth_callback?state=x'])
    expect((await t.browser().get(path)).status).toBe(404);
});
