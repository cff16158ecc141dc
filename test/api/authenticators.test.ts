import { noSecrets } from '@tshub/config';
import { afterEach, describe, expect, test } from 'vitest';
import { makeAuthenticate } from '../../packages/hubd/src/login/authenticators/index.ts';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type HubForTestOptions, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
afterEach(() => t.close());

const userPassword = 'eight-ok';
const adminPassword = 'a password of more than thirty-two characters';
const secrets = { sharedPassword: userPassword, sharedAdminPassword: adminPassword };
const dynamic = { spawner: { dynamic_users: true } };

/** With the real table of authenticators. */
function hub(login: Readonly<Record<string, unknown>>, more: HubForTestOptions = {}): Promise<TestHub> {
  return hubForTest({
    ...more,
    settings: { ...more.settings, login },
    authenticate: (settings) =>
      makeAuthenticate({
        settings,
        secrets: () => ({ ...noSecrets, ...secrets }),
        connectAuthd: () => Promise.reject(new Error('no PAM here')),
        accounts: { byName: () => Promise.resolve(null) },
      }),
  });
}

async function press(browser: Browser, fields: Readonly<Record<string, string>> = {}, path = '/hub/login') {
  const page = await browser.get(path);
  return browser.post(path, { _xsrf: xsrfIn(page.text), ...fields });
}

describe('a shared password', () => {
  const login = { authenticator: 'shared-password', admin_users: ['boss'], username_map: { chef: 'boss' } };

  test('lets anybody in under any name, in small letters', async () => {
    t = await hub(login, { settings: dynamic });
    const browser = t.browser();
    expect((await browser.login('Ada.L', userPassword, '/hub/home')).location).toBe('/hub/home');
    expect(await t.hub.users.byName('ada.l')).toMatchObject({ admin: false });
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'login', authenticator: 'shared-password' }));
  });

  test.each([
    ['boss', userPassword, 403],
    ['BOSS', userPassword, 403],
    ['chef', userPassword, 403],
    ['boss', adminPassword, 302],
    ['ada', adminPassword, 403],
    ['ada', '', 403],
  ])('%s with %j', async (name, password, status) => {
    t = await hub(login, { settings: dynamic });
    expect((await t.browser().login(name, password)).status).toBe(status);
  });

  test('keeps to names that fit the pattern', async () => {
    t = await hub({ ...login, username_pattern: 'pc[0-9]+' }, { settings: dynamic });
    expect((await t.browser().login('ada', userPassword)).status).toBe(403);
    expect((await t.browser().login('pc12', userPassword)).status).toBe(302);
  });
});

describe('a guest', () => {
  test('comes in by a button, each under a name of its own', async () => {
    t = await hub({ authenticator: 'guest' }, { settings: dynamic });
    const [one, two] = [t.browser(), t.browser()];
    const page = await one.get('/hub/login');
    expect(page.text).toContain('Continue as a guest');
    expect(page.text).not.toContain('type="password"');
    for (const browser of [one, two]) expect((await press(browser)).status).toBe(302);
    const { users } = await t.hub.users.list({ offset: 0, limit: 10 });
    expect(new Set(users.map(({ name }) => name)).size).toBe(2);
    for (const { name, admin } of users)
      expect([name, admin]).toEqual([expect.stringMatching(/^guest-[a-z0-9]{10}$/), false]);
  });

  test('finds no place when there are enough, and one again when one was deleted', async () => {
    t = await hub({ authenticator: 'guest', guest_limit: 1 }, { settings: dynamic });
    await press(t.browser());
    const refused = await press(t.browser());
    expect([refused.status, refused.text.includes('All places for guests are taken')]).toEqual([403, true]);
    const [guest] = (await t.hub.users.list({ offset: 0, limit: 1 })).users;
    await t.hub.users.remove(guest?.id ?? 0);
    expect((await press(t.browser())).status).toBe(302);
  });

  test('is nobody without the XSRF token, and no name that somebody typed', async () => {
    t = await hub({ authenticator: 'guest' }, { settings: dynamic });
    expect((await t.browser().post('/hub/login', {})).status).toBe(403);
    await press(t.browser(), { username: 'boss', password: 'x' });
    expect(await t.hub.users.byName('boss')).toBeUndefined();
  });
});

describe('a user whom the web server in front knows', () => {
  const settings = { proxy: { remote_user_header: 'X-Remote-User', trusted_proxies: ['10.0.0.1'] } };
  const asserted = (name: string) => ({ 'X-Tshub-Remote-User': Buffer.from(name).toString('latin1') });

  test('is in at once, and ends where they wanted to go', async () => {
    t = await hub({ authenticator: 'remote-user', username_map: { 'ada@example.org': 'ada' } }, { settings });
    const browser = t.browser();
    const { status, location } = await browser.get('/hub/login?next=/hub/home', asserted('Ada@example.org'));
    expect([status, location]).toEqual([302, '/hub/home']);
    expect((await browser.get('/hub/home')).text).toContain('ada');
  });

  test('may have a name beyond ASCII', async () => {
    t = await hub({ authenticator: 'remote-user' }, { settings });
    await t.browser().get('/hub/login', asserted('zoë'));
    expect(await t.hub.users.byName('zoë')).toBeDefined();
  });

  test.each([
    ['no header', {}],
    ["the web server's own header, past proxyd", { 'X-Remote-User': 'ada' }],
    ['an empty one', { 'X-Tshub-Remote-User': '' }],
    ['bytes that are no UTF-8', { 'X-Tshub-Remote-User': '\xff\xfe' }],
    ['what cannot be a name', asserted('../../etc')],
  ])('is nobody with %s', async (_, headers) => {
    t = await hub({ authenticator: 'remote-user' }, { settings });
    const { status, text } = await t.browser().get('/hub/login', headers);
    expect([status, text.includes('Try again')]).toEqual([403, true]);
    expect(await t.hub.users.count()).toBe(0);
  });

  test('is another one as soon as the web server says so', async () => {
    t = await hub({ authenticator: 'remote-user' }, { settings });
    const browser = t.browser();
    await browser.get('/hub/login', asserted('ada'));
    expect((await browser.get('/hub/home', asserted('ADA'))).status).toBe(200);
    expect((await browser.get('/hub/home', asserted('bob'))).location).toBe('/hub/login?next=%2Fhub%2Fhome');
    await browser.get('/hub/login', asserted('bob'));
    expect((await browser.get('/hub/home', asserted('bob'))).text).toContain('bob');
  });

  test('is believed nowhere else', async () => {
    t = await hub({ authenticator: 'pam' });
    expect((await t.browser().get('/hub/login', asserted('ada'))).status).toBe(200);
    expect(await t.hub.users.count()).toBe(0);
  });

  test('cannot be had with a password', async () => {
    t = await hub({ authenticator: 'remote-user' }, { settings });
    const page = await t.browser().get('/hub/login');
    expect(page.text).not.toContain('type="password"');
    const browser = t.browser();
    const token = xsrfIn((await browser.get('/hub/login')).text);
    expect((await browser.post('/hub/login', { _xsrf: token, username: 'ada', password: 'x' })).status).toBe(403);
  });

  test('is told after a logout that it was one, rather than let in again', async () => {
    t = await hub({ authenticator: 'remote-user' }, { settings });
    const browser = t.browser();
    await browser.get('/hub/login', asserted('ada'));
    const page = await browser.get('/hub/logout');
    const { status, text } = await browser.post('/hub/logout', { _xsrf: xsrfIn(page.text) });
    expect([status, text.includes('You are logged out')]).toEqual([200, true]);
    expect((await browser.get('/hub/home')).status).toBe(302);
  });
});

describe('the login page', () => {
  test('says what the administrator has to say', async () => {
    t = await hub({ text: 'Welcome to <Algebra>.\n\nHelp: https://help.example.org/' });
    const { text } = await t.browser().get('/hub/login');
    expect(text).toContain('<p>Welcome to &lt;Algebra&gt;.</p>');
    expect(text).toContain('href="https://help.example.org/"');
  });

  test('lets in only who agrees to the terms', async () => {
    t = await hub(
      { authenticator: 'shared-password', terms: 'I agree to https://example.org/terms.' },
      { settings: dynamic },
    );
    const fields = { username: 'ada', password: userPassword };
    const refused = await press(t.browser(), fields);
    expect([refused.status, refused.text.includes('Please agree to the terms first')]).toEqual([400, true]);
    const wrong = await press(t.browser(), { ...fields, password: 'not-this', terms: 'yes' });
    expect(wrong.text).toMatch(/name="terms"[^>]* checked/);
    expect((await press(t.browser(), { ...fields, terms: 'yes' })).status).toBe(302);
  });
});

test('whom an administrator has added may come in, if the settings say so', async () => {
  t = await hub(
    { authenticator: 'shared-password', allow_all: false, allow_existing_users: true },
    { settings: dynamic },
  );
  await t.user('ada');
  expect((await t.browser().login('ada', userPassword)).status).toBe(302);
  expect((await t.browser().login('bob', userPassword)).status).toBe(403);
  expect(await t.hub.users.byName('bob')).toBeUndefined();
});

test('a logout stops servers, if the settings say so', async () => {
  t = await hubForTest({ settings: { hub: { shutdown_on_logout: true } } });
  const browser = t.browser();
  await browser.login('ada', 'ada-password');
  await browser.get('/hub/spawn');
  expect(t.hub.servers.get('ada', '')?.active).toBe(true);
  const page = await browser.get('/hub/home');
  await browser.post('/hub/logout', { _xsrf: xsrfIn(page.text) });
  await expect.poll(() => t.hub.servers.get('ada', '')?.active).toBe(false);
});
