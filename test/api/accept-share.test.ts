import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { callback, clientId, paramsOf } from '../support/oauth-for-test.ts';
import { runServer } from '../support/pages-steps.ts';

let t: TestHub;
let ada: Browser;
let bob: Browser;
let code: string;

beforeEach(async () => {
  t = await hubForTest({ settings: { roles: { sharing: { scopes: ['shares!user'], users: ['ada'] } } } });
  ada = t.browser();
  bob = t.browser();
  await ada.login('ada', 'ada-password');
  await bob.login('bob', 'bob-password');
  await runServer(t, ada, 'ada');
  code = await newCode();
});
afterEach(() => t.close());

const newCode = async (json: unknown = {}): Promise<string> =>
  (await t.api('/share-codes/ada/', { method: 'POST', token: await t.token('ada'), json })).json<{ code: string }>()
    .code;
const press = async (
  browser: Browser,
  more: Readonly<Record<string, string>> = {},
  query = '',
): ReturnType<Browser['post']> => {
  const page = await browser.get('/hub/home');
  return browser.post(`/hub/accept-share${query}`, { _xsrf: xsrfIn(page.text), code, ...more });
};
const isShared = async (): Promise<boolean> =>
  (await t.api('/user', { token: await t.token('bob') }))
    .json<{ scopes: string[] }>()
    .scopes.includes('access:servers!server=ada/');

describe('the page of a share code', () => {
  test('asks first, and says whose server it is and what for', async () => {
    const page = await bob.get(`/hub/accept-share?code=${code}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('<strong>ada</strong>');
    expect(page.text).toContain('use it: run programs, read and change its files');
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc="\/hub\/static\/)/);
    expect(await isShared()).toBe(false);
  });

  test('is exchanged by its form, and leads to the server', async () => {
    const page = await bob.get(`/hub/accept-share?code=${code}`);
    const answer = await bob.post('/hub/accept-share', { _xsrf: xsrfIn(page.text), code });
    expect([answer.status, answer.location]).toEqual([302, '/user/ada/']);
    expect(await isShared()).toBe(true);
    const [listed] = (await t.api('/share-codes/ada/', { token: await t.token('ada') })).json<{
      items: Array<Record<string, unknown>>;
    }>().items;
    expect(listed).toMatchObject({ exchange_count: 1, last_exchanged_at: expect.any(String) });
  });

  test('leads where it was said, if that is here', async () => {
    expect((await press(bob, {}, '?next=%2Fuser%2Fada%2Flab')).location).toBe('/user/ada/lab');
    expect((await press(bob, {}, '?next=https%3A%2F%2Fevil.example')).location).toBe('/user/ada/');
  });

  test('can be exchanged by several, each for themselves', async () => {
    const eve = t.browser();
    await eve.login('eve', 'eve-password');
    expect([(await press(bob)).status, (await press(eve)).status, (await press(bob)).status]).toEqual([302, 302, 302]);
    const shares = (await t.api('/shares/ada/', { token: await t.token('ada') })).json<{ items: unknown[] }>().items;
    expect(shares).toHaveLength(2);
  });

  test('wants a login first, and comes back', async () => {
    const answer = await t.browser().get(`/hub/accept-share?code=${code}`);
    expect([answer.status, answer.location]).toEqual([
      302,
      `/hub/login?next=${encodeURIComponent(`/hub/accept-share?code=${code}`)}`,
    ]);
  });

  test.each([
    ['no code', '', 400],
    ['a wrong code', '?code=nonsense', 404],
  ])('is an error with %s', async (_, query, status) => {
    expect((await bob.get(`/hub/accept-share${query}`)).status).toBe(status);
    expect((await press(bob, { code: query.slice('?code='.length) })).status).toBe(status);
    expect(await isShared()).toBe(false);
  });

  test('is refused for a server of one’s own', async () => {
    expect((await ada.get(`/hub/accept-share?code=${code}`)).status).toBe(403);
    expect((await press(ada)).status).toBe(403);
  });

  test('cannot be exchanged by another site, without its token, or by nobody', async () => {
    expect((await bob.post('/hub/accept-share', { code })).status).toBe(403);
    expect((await bob.post('/hub/accept-share', { code, _xsrf: 'made-up' })).status).toBe(403);
    expect((await t.browser().post('/hub/accept-share', { code })).status).toBe(403);
    expect(await isShared()).toBe(false);
  });

  test('is of no use once the code is revoked', async () => {
    await t.api('/share-codes/ada/', { method: 'DELETE', token: await t.token('ada') });
    expect((await press(bob)).status).toBe(404);
  });
});

test('the home page shows what is shared, and with which group', async () => {
  expect((await bob.get('/hub/home')).text).not.toContain('Shared with you');
  const root = await t.token((await t.user('root', { admin: true })).name);
  await t.hub.groups.create(['staff'], { users: ['bob'] });
  await t.api('/shares/ada/', { method: 'POST', token: root, json: { group: 'staff' } });
  const { text } = await bob.get('/hub/home');
  expect(text).toContain('Shared with you');
  expect(text).toContain('href="/user/ada/"');
  expect(text).toContain('staff');
  expect((await ada.get('/hub/home')).text).not.toContain('Shared with you');
});

/** The peer lets the browser of a group's member through, and its server then refuses the token (its contract, A 1). */
describe.each(['user', 'group'] as const)('a share with a %s', (kind) => {
  const query = new URLSearchParams({ client_id: clientId, redirect_uri: callback, response_type: 'code' }).toString();
  const authorize = '/hub/api/oauth2/authorize';
  const share = async (method: 'PATCH' | 'POST'): Promise<void> => {
    const root = await t.token((await t.user('root', { admin: true })).name);
    if ((await t.hub.groups.byName('staff')) === undefined) await t.hub.groups.create(['staff'], { users: ['bob'] });
    const json = kind === 'user' ? { user: 'bob' } : { group: 'staff' };
    expect((await t.api('/shares/ada/', { method, token: root, json })).status).toBe(200);
  };

  test('reaches the token that the server gets, until it ends', async () => {
    expect((await bob.get(`${authorize}?${query}`)).status).toBe(403);
    await share('POST');
    const page = await bob.get(`${authorize}?${query}`);
    expect(page.status).toBe(200);
    const scopes = [...page.text.matchAll(/name="scopes" value="([^"]*)"/g)].map(([, scope]) => scope ?? '');
    const form = [['_xsrf', xsrfIn(page.text)], ...scopes.map((scope) => ['scopes', scope])];
    const confirmed = await bob.post(`${authorize}?${query}`, new URLSearchParams(form as [string, string][]));
    expect(confirmed.status).toBe(302);
    const exchanged = await t.api('/oauth2/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: t.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '',
        grant_type: 'authorization_code',
        redirect_uri: callback,
        code: paramsOf(confirmed.location).get('code') ?? '',
      }).toString(),
    });
    const token = exchanged.json<{ access_token: string }>().access_token;
    const held = async (): Promise<string[]> => (await t.api('/user', { token })).json<{ scopes: string[] }>().scopes;
    expect(await held()).toEqual([
      'access:servers!server=ada/',
      'read:users:groups!user=bob',
      'read:users:name!user=bob',
    ]);
    await share('PATCH');
    expect(await held()).not.toContain('access:servers!server=ada/');
  });
});
