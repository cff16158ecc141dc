import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TshubError } from '@tshub/contract';
import type { AuthStep } from '../../packages/hubd/src/login/authenticators/authenticator.ts';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let check: (user: string, password: string) => Promise<AuthStep>;
const ok = (user: string, groups: readonly string[] = []): AuthStep => ({ kind: 'ok', user, groups });
const denied: AuthStep = { kind: 'refused', reason: 'denied', text: '' };

beforeEach(async () => {
  check = (user, password) => Promise.resolve(password === `${user}-password` ? ok(user) : denied);
  t = await hubForTest({
    settings: { login: { blocked_users: ['eve'], failures_before_delay: 5 } },
    authenticate: () => ({ begin: ({ user, password }) => check(user, password) }),
  });
});
afterEach(() => t.close());

async function post(browser: Browser, fields: Readonly<Record<string, string>>, path = '/hub/login') {
  const form = await browser.get(path);
  return browser.post(path, { _xsrf: xsrfIn(form.text), ...fields });
}

describe('a visitor', () => {
  test('is sent from the root to the login page, and back after it', async () => {
    const browser = t.browser();
    expect((await browser.get('/')).location).toBe('/hub/');
    expect((await browser.get('/hub/')).location).toBe('/hub/login?next=%2Fhub%2F');
    expect((await browser.get('/hub/home?x=1')).location).toBe('/hub/login?next=%2Fhub%2Fhome%3Fx%3D1');
  });

  test('sees a form with the fields that scripts know', async () => {
    const { status, text, headers } = await t.browser().get('/hub/login?username=ada');
    expect(status).toBe(200);
    for (const id of ['username_input', 'password_input', 'login_submit']) expect(text).toContain(`id="${id}"`);
    expect(text).toMatch(/value="ada"/);
    expect(xsrfIn(text)).not.toBe('');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-jupyterhub-version']).toBe('5.5.1');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});

describe('coming in', () => {
  test('leads to where the visitor wanted to go', async () => {
    const answer = await t.browser().login('ada', 'ada-password', '/hub/home');
    expect([answer.status, answer.location]).toEqual([302, '/hub/home']);
  });

  test('leads to the own server when nobody said where', async () => {
    expect((await t.browser().login('ada', 'ada-password')).location).toBe('/hub/spawn');
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    'https://hub.example.org@evil.example/',
  ])('does not lead to %s', async (next) => {
    const { location } = await t.browser().login('ada', 'ada-password', next);
    expect(new URL(location, 'http://hub.example.org').origin).toBe('http://hub.example.org');
  });

  test('goes by the name of the account, not by what was typed', async () => {
    check = () => Promise.resolve(ok('ada'));
    await t.browser().login('ADA', 'x', '/hub/home');
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'login', user: 'ada', from: '203.0.113.7' }));
    expect(await t.hub.users.byName('ADA')).toBeUndefined();
  });

  test('makes an administrator of who is one, and no longer of who is not', async () => {
    check = () => Promise.resolve(ok('ada', ['tshub-admin']));
    await t.browser().login('ada', 'x');
    expect((await t.hub.users.byName('ada'))?.admin).toBe(true);
    check = () => Promise.resolve(ok('ada'));
    await t.browser().login('ada', 'x');
    expect((await t.hub.users.byName('ada'))?.admin).toBe(false);
  });

  test('works for somebody else in the same browser', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    await browser.get('/hub/logout');
    browser.forgetCookie('jupyterhub-hub-login');
    browser.forgetCookie('jupyterhub-hub-login.sig');
    await browser.login('bob', 'bob-password');
    expect((await browser.get('/hub/home')).text).toContain('bob');
  });

  test('is not asked of who is in already', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    expect((await browser.get('/hub/login?next=/hub/home')).location).toBe('/hub/home');
  });
});

describe('a refusal', () => {
  test('is the form again, 403, with a sentence and the name', async () => {
    const { status, text } = await t.browser().login('ada', 'wrong');
    expect(status).toBe(403);
    expect(text).toContain('Invalid username or password');
    expect(text).toMatch(/name="username"[^>]*value="ada"/s);
    expect(text).not.toContain('wrong');
  });

  test.each(['', ' ', '../ada', '-rf', 'ada\nbob', 'ada\0', 'x'.repeat(300), '<script>alert(1)</script>'])(
    'of the odd name %j breaks nothing',
    async (name) => {
      const { status, text } = await t.browser().login(name, 'x');
      expect([400, 403]).toContain(status);
      expect(text).toContain('<form');
      expect(text).not.toContain('<script>alert');
    },
  );

  test.each([
    ['no field at all', ''],
    ['no username', 'password=x'],
    ['two usernames', 'username=ada&username=bob&password=x'],
    ['bytes that are not UTF-8', 'username=%ff&password=x'],
  ])('of a body with %s is the form again', async (_, body) => {
    const browser = t.browser();
    const token = xsrfIn((await browser.get('/hub/login')).text);
    const answer = await browser.send('/hub/login', {
      method: 'POST',
      body: `_xsrf=${token}&${body}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect([400, 403]).toContain(answer.status);
    expect(answer.text).toContain('<form');
  });

  test('of another kind of body is the form again', async () => {
    const answer = await t.browser().send('/hub/login', {
      method: 'POST',
      body: '{"username":"ada"}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<form');
  });

  test('of a body that is too large is the form again', async () => {
    const { status, text } = await post(t.browser(), { username: 'ada', password: 'x'.repeat(100_000) });
    expect(status).toBe(413);
    expect(text).toContain('<form');
  });

  test('after five failures is 429 with the seconds to wait, whatever the password', async () => {
    for (let i = 0; i < 5; i++) expect((await t.browser().login('ada', 'wrong')).status).toBe(403);
    const answer = await t.browser('203.0.113.9').login('ada', 'ada-password');
    expect(answer.status).toBe(429);
    const seconds = Number(answer.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(answer.text).toContain(`Please wait ${seconds} seconds`);
    t.clock.advance(seconds * 1000);
    expect((await t.browser().login('ada', 'ada-password')).status).toBe(302);
  });

  test('tells who is known but not let in', async () => {
    const { status, text } = await t.browser().login('eve', 'eve-password');
    expect(status).toBe(403);
    expect(text).toContain('not allowed to use this hub');
  });

  test('says so when passwords cannot be checked, without naming what failed to strangers', async () => {
    check = () => Promise.reject(new TshubError('daemon_away', { unit: 'tshub-authd.socket' }));
    const { status, text } = await t.browser().login('ada', 'ada-password');
    expect(status).toBe(503);
    expect(text).toContain('cannot be checked');
    expect(text).not.toContain('authd');
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'login-refused', reason: 'not-checked' }));
  });

  test('never has a password in the log', async () => {
    await t.browser().login('ada', 'hunter2-hunter2');
    expect(JSON.stringify(t.logged)).not.toContain('hunter2');
  });
});

describe('a check that asks more', () => {
  const ask: AuthStep = {
    kind: 'ask',
    messages: [
      { style: 'info', text: 'Your <b>code</b>' },
      { style: 'secret', text: 'Verification code: ' },
    ],
    answer: ([, code]) => Promise.resolve(code === '123456' ? ok('ada') : denied),
    cancel: () => undefined,
  };
  beforeEach(() => (check = () => Promise.resolve(ask)));

  const idIn = (page: string): string => /name="conversation" value="([^"]+)"/.exec(page)?.[1] ?? '';

  test('shows its own words on a page that works without scripts, and lets in', async () => {
    const browser = t.browser();
    const { status, text } = await browser.login('ada', 'ada-password', '/hub/home');
    expect(status).toBe(200);
    expect(text).toContain('Your &lt;b&gt;code&lt;/b&gt;');
    expect(text).toContain('Verification code');
    const answer = await browser.post('/hub/login?next=/hub/home', {
      _xsrf: xsrfIn(text),
      conversation: idIn(text),
      answer: '123456',
    });
    expect([answer.status, answer.location]).toEqual([302, '/hub/home']);
  });

  test('refuses a wrong code, and the question is spent', async () => {
    const browser = t.browser();
    const { text } = await browser.login('ada', 'ada-password');
    const fields = { _xsrf: xsrfIn(text), conversation: idIn(text), answer: '000000' };
    const wrong = await browser.post('/hub/login', fields);
    expect([wrong.status, wrong.text.includes('Invalid username or password')]).toEqual([403, true]);
    const again = await browser.post('/hub/login', { ...fields, answer: '123456' });
    expect([again.status, again.text.includes('took too long')]).toEqual([403, true]);
  });
});

describe('logging out', () => {
  test('by a mere link asks first', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    const { status, text } = await browser.get('/hub/logout');
    expect([status, text.includes('Do you want to log out?')]).toEqual([200, true]);
    expect((await browser.get('/hub/home')).status).toBe(200);
  });

  test('takes the cookies away and revokes the tokens of this login, not of another', async () => {
    const [browser, other] = [t.browser(), t.browser()];
    await browser.login('ada', 'ada-password');
    await other.login('ada', 'ada-password');
    const user = await t.user('ada');
    const issue = (sessionId: string) =>
      t.hub.tokens.issue({
        owner: { kind: 'user', id: user.id },
        scopes: ['inherit'],
        note: '',
        expiresIn: null,
        sessionId,
      });
    const mine = await issue(browser.cookie('jupyterhub-session-id', '/') ?? '');
    const others = await issue(other.cookie('jupyterhub-session-id', '/') ?? '');
    const page = await browser.get('/hub/home');
    const answer = await browser.post('/hub/logout', { _xsrf: xsrfIn(page.text) });
    expect([answer.status, answer.location]).toEqual([302, '/hub/login']);
    for (const name of ['jupyterhub-hub-login', 'jupyterhub-session-id', '_xsrf'])
      expect(browser.cookie(name)).toBeUndefined();
    expect((await browser.get('/hub/home')).status).toBe(302);
    expect((await other.get('/hub/home')).status).toBe(200);
    expect(await t.hub.tokens.find(mine.text)).toBeUndefined();
    expect(await t.hub.tokens.find(others.text)).toBeDefined();
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'logout', user: 'ada' }));
  });

  test('needs the XSRF token', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    expect((await browser.post('/hub/logout', {})).status).toBe(403);
    expect((await browser.get('/hub/home')).status).toBe(200);
  });

  test('of who is not in leads to the login page', async () => {
    expect((await t.browser().get('/hub/logout')).location).toBe('/hub/login');
  });
});
