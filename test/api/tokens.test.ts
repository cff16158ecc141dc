import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
beforeEach(async () => {
  t = await hubForTest();
  await t.user('ada');
});
afterEach(() => t.close());

const me = (headers: Readonly<Record<string, string>>): ReturnType<TestHub['api']> => t.api('/user', { headers });

describe('a token in the header', () => {
  test('may be called token or bearer, in any case', async () => {
    const token = await t.token('ada');
    for (const word of ['token', 'Token', 'bearer', 'Bearer', 'BEARER'])
      expect((await me({ Authorization: `${word} ${token}` })).status, word).toBe(200);
    for (const header of [`token: ${token}`, `token ${token} more`, token, `Basic ${token}`])
      expect((await me({ Authorization: header })).status, header).toBe(403);
  });

  test('wins over a cookie, and needs no XSRF token', async () => {
    const browser = t.browser();
    await browser.login('bob', 'bob-password');
    const answer = await browser.send('/hub/api/users/ada/activity', {
      method: 'POST',
      body: '{"last_activity":"2026-08-20T11:00:00Z"}',
      headers: { Authorization: `token ${await t.token('ada')}`, 'Sec-Fetch-Mode': 'cors' },
    });
    expect(answer.status).toBe(200);
  });

  test('that is no good leaves the cookie to count', async () => {
    const browser = t.browser();
    await browser.login('bob', 'bob-password');
    expect((await browser.get('/hub/api/user', { Authorization: 'token expired' })).json()).toMatchObject({
      name: 'bob',
      token_id: null,
    });
  });

  test('is good until it is revoked, and then at once no more', async () => {
    const ada = await t.user('ada');
    const { id, text } = await t.hub.tokens.issue({
      owner: { kind: 'user', id: ada.id },
      scopes: ['inherit'],
      note: '',
      expiresIn: null,
    });
    expect((await me({ Authorization: `token ${text}` })).status).toBe(200);
    await t.hub.tokens.revoke(id);
    expect((await me({ Authorization: `token ${text}` })).status).toBe(403);
  });

  test('is good until its time', async () => {
    const ada = await t.user('ada');
    const { text } = await t.hub.tokens.issue({
      owner: { kind: 'user', id: ada.id },
      scopes: ['inherit'],
      note: '',
      expiresIn: 600,
    });
    t.clock.advance(599_000);
    expect((await me({ Authorization: `token ${text}` })).status).toBe(200);
    t.clock.advance(1_000);
    expect((await me({ Authorization: `token ${text}` })).status).toBe(403);
  });

  test('follows its owner: no administrator any more, no longer there', async () => {
    const root = await t.user('root', { admin: true });
    const token = await t.token('root');
    expect((await t.api('/users', { token })).status).toBe(200);
    await t.user('root', { admin: false });
    expect((await t.api('/users', { token })).status).toBe(403);
    await t.hub.users.remove(root.id);
    expect((await t.api('/user', { token })).status).toBe(403);
  });

  test('outlives a restart of the hub, and so does a login', async () => {
    const db = await databaseForTest();
    const before = await hubForTest({ db });
    const browser = before.browser();
    await browser.login('ada', 'ada-password');
    const token = await before.token('ada');
    await before.close();
    const after = await hubForTest({ db });
    const again = after.browser();
    for (const name of ['jupyterhub-hub-login', 'jupyterhub-hub-login.sig'])
      again.setCookie(name, browser.cookie(name) ?? '');
    expect((await after.api('/user', { token })).json()).toMatchObject({ name: 'ada' });
    expect((await again.get('/hub/api/user')).json()).toMatchObject({ name: 'ada' });
    await after.close();
    await db.destroy();
  });

  test('is nowhere in the log', async () => {
    const token = await t.token('ada');
    await t.api('/user', { token });
    await t.api(`/users/ada?token=${token}`, { token });
    expect(JSON.stringify(t.logged)).not.toContain(token);
  });
});

describe('use of a token', () => {
  const lastActivity = async (): Promise<unknown> => (await t.user('ada')).lastActivity;

  test('is activity of its owner, written down at most every thirty seconds', async () => {
    const token = await t.token('ada');
    await t.api('/user', { token });
    const first = t.clock.now();
    expect(await lastActivity()).toBe(first);
    t.clock.advance(29_000);
    await t.api('/user', { token });
    expect(await lastActivity()).toBe(first);
    t.clock.advance(1_000);
    await t.api('/user', { token });
    expect(await lastActivity()).toBe(first + 30_000);
  });

  test("by the owner's server is none", async () => {
    const ada = await t.user('ada');
    const { text } = await t.hub.tokens.issue({
      owner: { kind: 'user', id: ada.id },
      scopes: ['inherit'],
      note: 'Server at /user/ada/',
      expiresIn: null,
    });
    await t.api('/user', { token: text });
    expect(await lastActivity()).toBeNull();
  });
});

describe('a cookie on the API', () => {
  test('does for reading by navigation, and needs the XSRF token from scripts', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    expect((await browser.get('/hub/api/user')).status).toBe(200);
    const script = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'same-origin' };
    expect((await browser.get('/hub/api/user', script)).json()).toEqual({
      status: 403,
      message: "'_xsrf' argument missing from GET",
    });
    const xsrf = browser.cookie('_xsrf') ?? '';
    expect((await browser.get('/hub/api/user', { ...script, 'X-XSRFToken': xsrf })).status).toBe(200);
    expect((await browser.get(`/hub/api/user?_xsrf=${encodeURIComponent(xsrf)}`, script)).status).toBe(200);
  });

  test('is not enough for a form of another site', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    const xsrf = browser.cookie('_xsrf') ?? '';
    expect(
      (await browser.post(`/hub/api/users/ada/server?_xsrf=${encodeURIComponent(xsrf)}`, {})).json(),
    ).toMatchObject({ message: 'Missing or invalid credentials.' });
    expect((await browser.send('/hub/api/users/ada/server', { method: 'POST' })).json()).toMatchObject({
      message: "'_xsrf' argument missing from POST",
    });
    expect(t.spawner.starts).toEqual([]);
  });

  test('another site does not learn whether somebody is logged in', async () => {
    const [known, unknown] = [t.browser(), t.browser()];
    await known.login('ada', 'ada-password');
    const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Site': 'cross-site' };
    expect((await known.get('/hub/api/user', foreign)).text).toBe((await unknown.get('/hub/api/user', foreign)).text);
  });
});
