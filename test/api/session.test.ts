import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEndedSessions } from '../../packages/hubd/src/login/ended-sessions.ts';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let ada: Browser;
const login = 'jupyterhub-hub-login';
const sessionId = 'jupyterhub-session-id';

beforeEach(async () => {
  t = await hubForTest();
  ada = t.browser();
});
afterEach(() => t.close());

const isIn = async (browser: Browser): Promise<boolean> => (await browser.get('/hub/home')).status === 200;

test('a login sets cookies that scripts cannot read, on the paths of the contract', async () => {
  const { headers } = await ada.login('ada', 'ada-password');
  const cookies = headers['set-cookie'] ?? [];
  const find = (name: string): string => cookies.find((line) => line.startsWith(`${name}=`))?.toLowerCase() ?? '';
  expect(find(login)).toMatch(/path=\/hub\/;.*httponly/);
  expect(find(`${login}.sig`)).toMatch(/path=\/hub\/;.*httponly/);
  expect(find(sessionId)).toMatch(/^jupyterhub-session-id=[0-9a-f]{32}; path=\/;.*httponly/);
  expect(find('_xsrf')).toMatch(/path=\/hub\/;.*httponly/);
  expect(cookies.join()).not.toMatch(/secure/i);
});

test('behind https cookies are for https alone', async () => {
  const page = await ada.get('/hub/login', { 'X-Forwarded-Proto': 'https' });
  for (const line of page.headers['set-cookie'] ?? []) expect(line).toMatch(/secure/i);
});

test('public_url decides about https when it is set', async () => {
  await t.close();
  t = await hubForTest({ settings: { hub: { public_url: 'https://hub.example.org' } } });
  const page = await t.browser().get('/hub/login');
  for (const line of page.headers['set-cookie'] ?? []) expect(line).toMatch(/secure/i);
});

describe('with cookie_host_prefix', () => {
  beforeEach(async () => {
    await t.close();
    t = await hubForTest({ settings: { hub: { cookie_host_prefix: true, public_url: 'https://hub.example.org' } } });
    ada = t.browser();
  });

  test('the login cookie is named for this host, for the whole of it, over https alone, without a Domain', async () => {
    const { headers } = await ada.login('ada', 'ada-password');
    const cookies = (headers['set-cookie'] ?? []).filter((line) => line.includes(login));
    expect(cookies).toHaveLength(2);
    for (const line of cookies) {
      expect(line).toMatch(/^__Host-jupyterhub-hub-login(\.sig)?=/);
      expect(line.toLowerCase()).toMatch(/; path=\/; .*secure; httponly/);
      expect(line.toLowerCase()).not.toContain('domain');
    }
    expect(await isIn(ada)).toBe(true);
  });

  test('one without the prefix is none, and a logout takes the right one away', async () => {
    await ada.login('ada', 'ada-password');
    const planted = t.browser();
    for (const name of [login, `${login}.sig`]) planted.setCookie(name, ada.cookie(`__Host-${name}`) ?? '');
    expect(await isIn(planted)).toBe(false);
    await ada.post('/hub/logout', { _xsrf: xsrfIn((await ada.get('/hub/home')).text) });
    expect(ada.cookie(`__Host-${login}`)).toBeUndefined();
  });
});

test('SameSite is lax, or as the settings say', async () => {
  const sameSites = async (): Promise<Set<string>> => {
    const { headers } = await t.browser().login('ada', 'ada-password');
    return new Set(
      (headers['set-cookie'] ?? []).map((line) => /samesite=(\w+)/i.exec(line)?.[1]?.toLowerCase() ?? 'none'),
    );
  };
  expect(await sameSites()).toEqual(new Set(['lax']));
  await t.close();
  t = await hubForTest({ settings: { hub: { cookie_same_site: 'strict' } } });
  expect(await sameSites()).toEqual(new Set(['strict']));
});

test('somebody else who logs in takes the place of whoever was in', async () => {
  await ada.login('ada', 'ada-password');
  const before = ada.cookie(sessionId, '/');
  const token = xsrfIn((await t.browser().get('/hub/login')).text);
  const answer = await ada.post('/hub/login', { username: 'bob', password: 'bob-password', _xsrf: token });
  // A form of another browser's, or of before the login, leads on as who is in.
  expect([answer.status, (await ada.get('/hub/home')).text.includes('bob')]).toEqual([302, false]);
  await ada.post('/hub/logout', { _xsrf: xsrfIn((await ada.get('/hub/home')).text) });
  await ada.login('bob', 'bob-password');
  expect((await ada.get('/hub/home')).text).toContain('bob');
  expect(ada.cookie(sessionId, '/')).not.toBe(before);
});

test('a login outlives the hub, as long as its key does', async () => {
  await ada.login('ada', 'ada-password');
  const cookie = `${login}=${ada.cookie(login)}; ${login}.sig=${ada.cookie(`${login}.sig`)}`;
  const { db } = t.hub;
  const again = await hubForTest({ db });
  expect((await again.browser().get('/hub/home', { Cookie: cookie })).status).toBe(200);
  await again.close();
  const rolled = await hubForTest({
    db,
    keys: ['a new key, with the old one still believed', 'a key of this test, at least thirty-two characters'],
  });
  expect((await rolled.browser().get('/hub/home', { Cookie: cookie })).status).toBe(200);
  await rolled.close();
  const other = await hubForTest({ db, keys: ['quite another key, also thirty-two characters'] });
  expect((await other.browser().get('/hub/home', { Cookie: cookie })).status).toBe(302);
  await other.close();
});

test('a login ends after cookie_max_age_days', async () => {
  await ada.login('ada', 'ada-password');
  t.clock.advance(14 * 24 * 3600 * 1000);
  expect(await isIn(ada)).toBe(true);
  t.clock.advance(1);
  expect(await isIn(ada)).toBe(false);
});

test('a changed cookie is no cookie', async () => {
  await ada.login('ada', 'ada-password');
  const forged = Buffer.from(JSON.stringify({ id: 'somebody', at: t.clock.now() })).toString('base64');
  ada.setCookie(login, forged);
  expect(await isIn(ada)).toBe(false);
});

test.each(['x', '""', '%00', 'eyJ', '%7B%7D'])('the cookie %s is none', async (value) => {
  ada.setCookie(login, value);
  ada.setCookie(`${login}.sig`, value);
  expect(await isIn(ada)).toBe(false);
});

test('a login ends with its user, and with a new cookie id', async () => {
  await ada.login('ada', 'ada-password');
  const bob = t.browser();
  await bob.login('bob', 'bob-password');
  await t.hub.users.renewCookieId((await t.user('ada')).id);
  await t.hub.users.remove((await t.user('bob')).id);
  expect(await isIn(ada)).toBe(false);
  expect(await isIn(bob)).toBe(false);
});

test('a user who is blocked is out with the reload that blocks, and their tokens are no good', async () => {
  await ada.login('ada', 'ada-password');
  const token = await t.token('ada');
  expect((await t.api('/user', { token })).status).toBe(200);
  t.hub.reload({ ...t.settings, login: { ...t.settings.login, blocked_users: ['ada'] } });
  expect(await isIn(ada)).toBe(false);
  expect((await t.api('/user', { token })).status).toBe(403);
});

test('a browser that lost its session id gets the same one again', async () => {
  await ada.login('ada', 'ada-password');
  const before = ada.cookie(sessionId, '/');
  expect(before).toMatch(/^[0-9a-f]{32}$/);
  ada.forgetCookie(sessionId);
  await ada.get('/hub/home');
  expect(ada.cookie(sessionId, '/')).toBe(before);
});

test('each login has a session id of its own', async () => {
  const other = t.browser();
  await ada.login('ada', 'ada-password');
  await other.login('ada', 'ada-password');
  expect(other.cookie(sessionId, '/')).not.toBe(ada.cookie(sessionId, '/'));
});

describe('a logout', () => {
  /** The cookies of a login, as somebody copied them. */
  const copyOf = (browser: Browser): { Cookie: string } => ({
    Cookie: [login, `${login}.sig`].map((name) => `${name}=${browser.cookie(name)}`).join('; '),
  });
  const logOut = async (browser: Browser): Promise<void> => {
    const page = await browser.get('/hub/logout');
    expect((await browser.post('/hub/logout', { _xsrf: xsrfIn(page.text) })).status).toBe(302);
  };

  test('ends the login for copies of its cookie too, and no other login', async () => {
    const other = t.browser();
    await ada.login('ada', 'ada-password');
    await other.login('ada', 'ada-password');
    const copy = copyOf(ada);
    expect((await t.browser().get('/hub/home', copy)).status).toBe(200);
    await logOut(ada);
    expect((await t.browser().get('/hub/home', copy)).status).toBe(302);
    expect(await isIn(other)).toBe(true);
  });

  test('holds when the hub is started again', async () => {
    await ada.login('ada', 'ada-password');
    const copy = copyOf(ada);
    await logOut(ada);
    const again = await hubForTest({ db: t.hub.db, clock: t.clock });
    expect((await again.browser().get('/hub/home', copy)).status).toBe(302);
    await again.close();
  });

  test('is remembered for as long as the cookie could be used', async () => {
    await ada.login('ada', 'ada-password');
    await logOut(ada);
    const days = 24 * 3600 * 1000;
    t.clock.advance(14 * days);
    const ended = await openEndedSessions(t.hub.db, t.clock);
    expect(await ended.purgeExpired()).toBe(0);
    t.clock.advance(1);
    expect(await ended.purgeExpired()).toBe(1);
  });
});
