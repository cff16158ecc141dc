import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OAuthClient } from '../../packages/hubd/src/oauth/client.ts';
import { type Browser, type Answer, xsrfIn } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let ada: Browser;
let secret: string;
const id = 'jupyterhub-user-ada';
const callback = '/user/ada/oauth_callback';

beforeEach(async () => {
  t = await hubForTest({ settings: { login: { admin_users: ['root'] } } });
  ada = t.browser();
  await ada.login('ada', 'ada-password');
  await t.api('/users/ada/server', { method: 'POST', token: await t.token('ada') });
  secret = t.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
});
afterEach(() => t.close());

const query = (more: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({
    client_id: id,
    redirect_uri: callback,
    response_type: 'code',
    state: 'st&te',
    ...more,
  }).toString();
const authorize = (browser: Browser, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  browser.get(`/hub/api/oauth2/authorize?${query(more)}`);
const exchange = (
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  t.api('/oauth2/token', {
    method: 'POST',
    body: new URLSearchParams({
      client_id: id,
      client_secret: secret,
      grant_type: 'authorization_code',
      redirect_uri: callback,
      ...fields,
    }).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });
const paramsOf = (location: string): URLSearchParams => new URLSearchParams(location.slice(location.indexOf('?')));
const codeFor = async (browser: Browser, more: Readonly<Record<string, string>> = {}): Promise<string> =>
  paramsOf((await authorize(browser, more)).location).get('code') ?? '';

describe('the way to the own server', () => {
  test('leads back with a code and the state, without a question', async () => {
    const answer = await authorize(ada);
    expect(answer.status).toBe(302);
    expect(answer.location).toMatch(/^\/user\/ada\/oauth_callback\?code=[A-Za-z0-9]{30}&state=st%26te$/);
  });

  test('takes the registered address when none is given', async () => {
    const { location } = await ada.get(`/hub/api/oauth2/authorize?client_id=${id}&response_type=code`);
    expect(location).toMatch(/^\/user\/ada\/oauth_callback\?code=[A-Za-z0-9]{30}$/);
    const code = paramsOf(location).get('code') ?? '';
    expect(
      (
        await t.api('/oauth2/token', {
          method: 'POST',
          body: `client_id=${id}&client_secret=${secret}&grant_type=authorization_code&code=${code}`,
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(200);
  });

  test('begins with a login, and comes back to where it was', async () => {
    const path = `/hub/api/oauth2/authorize?${query()}`;
    const answer = await t.browser().get(path);
    expect([answer.status, answer.location]).toEqual([302, `/hub/login?next=${encodeURIComponent(path)}`]);
    const fresh = t.browser();
    expect((await fresh.login('ada', 'ada-password', path)).location).toBe(path);
  });

  test('ends in a token that opens this server and says whose it is', async () => {
    const answer = await exchange({ code: await codeFor(ada) });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    const token = answer.json<Record<string, string>>();
    expect(token).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9]{30}$/),
      expires_in: 1_209_600,
      token_type: 'Bearer',
      scope: 'access:servers!server=ada/ read:users:name!user read:users:groups!user',
    });
    const me = (await t.api('/user', { token: token['access_token'] ?? '' })).json();
    expect(me).toMatchObject({
      kind: 'user',
      name: 'ada',
      admin: false,
      groups: [],
      scopes: ['access:servers!server=ada/', 'read:users:groups!user=ada', 'read:users:name!user=ada'],
    });
    expect(me['session_id']).toBe(ada.cookie('jupyterhub-session-id', '/'));
  });

  test('is logged, without the code or the token', async () => {
    const code = await codeFor(ada);
    const token = (await exchange({ code })).json<Record<string, string>>()['access_token'] ?? '';
    expect(t.logged.filter((record) => record['event'] === 'token')).toMatchObject([{ user: 'ada', client: id }]);
    expect(JSON.stringify(t.logged)).not.toContain(token);
    expect(JSON.stringify(t.logged)).not.toContain(code);
  });
});

describe('a request that is not right', () => {
  test.each([
    ['no client', 'response_type=code', 'Missing client_id parameter.'],
    ['an unknown client', 'client_id=nobody&response_type=code', 'Invalid client_id parameter value.'],
    ['two clients', `client_id=${id}&client_id=${id}&response_type=code`, 'Invalid client_id parameter value.'],
    [
      'another address',
      `client_id=${id}&response_type=code&redirect_uri=https://evil.example/`,
      'Mismatching redirect URI.',
    ],
    ['nearly the address', `client_id=${id}&response_type=code&redirect_uri=${callback}/`, 'Mismatching redirect URI.'],
  ])('%s is a page, and goes nowhere', async (_, search, says) => {
    const answer = await ada.get(`/hub/api/oauth2/authorize?${search}`);
    expect([answer.status, answer.location, answer.headers['content-type']]).toEqual([
      400,
      '',
      'text/html; charset=utf-8',
    ]);
    expect(answer.text).toContain(says);
  });

  test.each([
    ['no response type', { response_type: '' }, 'unsupported_response_type', null],
    ['a token at once', { response_type: 'token' }, 'unsupported_response_type', null],
    ['an unknown scope', { scope: 'everything' }, 'invalid_scope', 'There is no scope everything'],
    ['more than the client may have', { scope: 'admin:users' }, 'invalid_scope', `${id} may not ask for: admin:users`],
    ['everything of the user', { scope: 'inherit' }, 'invalid_scope', `${id} may not ask for: inherit`],
    [
      'an unknown transformation',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'S512' },
      'invalid_request',
      'Transform algorithm not supported.',
    ],
    ['a challenge too short', { code_challenge: 'x' }, 'invalid_request', 'Invalid code_challenge parameter value.'],
  ])('%s is told to the client', async (_, more, error, description) => {
    const { status, location } = await authorize(ada, more);
    const params = paramsOf(location);
    expect([
      status,
      location.split('?')[0],
      params.get('error'),
      params.get('error_description'),
      params.get('state'),
      params.get('code'),
    ]).toEqual([302, callback, error, description, 'st&te', null]);
  });

  test("a stranger's server is closed", async () => {
    const bob = t.browser();
    await bob.login('bob', 'bob-password');
    const answer = await authorize(bob);
    expect([answer.status, answer.location]).toEqual([403, '']);
    expect(answer.text).toContain('You do not have permission to access Server at /user/ada/');
  });
});

describe('the exchange', () => {
  test.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, { error: 'invalid_client' }],
    ['no secret', { client_secret: '' }, 401, { error: 'invalid_client' }],
    ['an unknown client', { client_id: 'nobody' }, 401, { error: 'invalid_client' }],
    ['an unknown code', { code: 'unknown' }, 400, { error: 'invalid_grant' }],
    [
      'another address',
      { redirect_uri: '/user/bob/oauth_callback' },
      400,
      { error: 'invalid_request', error_description: 'Mismatching redirect URI.' },
    ],
    ['another grant', { grant_type: 'client_credentials' }, 400, { error: 'unsupported_grant_type' }],
    ['a verifier nobody asked for', { code_verifier: 'x'.repeat(43) }, 200, null],
  ])('%s', async (_, fields, status, body) => {
    const answer = await exchange({ code: await codeFor(ada), ...fields });
    expect(answer.status).toBe(status);
    if (body !== null) expect(answer.json()).toEqual(body);
  });

  test('needs no other credentials, and bad ones do not disturb', async () => {
    expect((await exchange({ code: await codeFor(ada) }, { Authorization: 'token expired' })).status).toBe(200);
    expect(
      (
        await exchange(
          { code: await codeFor(ada) },
          { Authorization: `Basic ${Buffer.from('x:y').toString('base64')}` },
        )
      ).status,
    ).toBe(200);
  });

  test('works once for a code, also of two at the same time', async () => {
    const code = await codeFor(ada);
    const statuses = (await Promise.all([exchange({ code }), exchange({ code }), exchange({ code })])).map(
      (answer) => answer.status,
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 400, 400]);
  });

  test('comes too late after five minutes', async () => {
    const code = await codeFor(ada);
    t.clock.advance(300_000);
    expect((await exchange({ code })).json()).toEqual({ error: 'invalid_grant' });
  });

  test('is not for another client', async () => {
    await t.user('bob');
    await t.api('/users/bob/server', { method: 'POST', token: await t.token('bob') });
    const bobs = t.spawner.starts[1]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
    const code = await codeFor(ada);
    expect((await exchange({ code, client_id: 'jupyterhub-user-bob', client_secret: bobs })).json()).toEqual({
      error: 'invalid_grant',
    });
    expect((await exchange({ code })).status).toBe(200);
  });
});

describe('a challenge', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const s256 = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };

  test.each([
    ['its verifier', s256, verifier, 200],
    ['another verifier', s256, `${verifier.slice(0, -1)}x`, 400],
    ['no verifier', s256, undefined, 400],
    ['itself, when it is plain', { code_challenge: verifier }, verifier, 200],
    [
      'something else, when it is plain',
      { code_challenge: verifier, code_challenge_method: 'plain' },
      'x'.repeat(43),
      400,
    ],
  ])('is answered by %s', async (_, challenge, given, status) => {
    const code = await codeFor(ada, challenge);
    const answer = await exchange({ code, ...(given === undefined ? {} : { code_verifier: given }) });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.json()).toEqual({ error: 'invalid_grant' });
  });
});

describe("somebody else's server", () => {
  let root: Browser;
  beforeEach(async () => {
    root = t.browser();
    await root.login('root', 'root-password');
  });

  test('asks first, and leads on after the form', async () => {
    const page = await authorize(root);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('Server at /user/ada/');
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    const scopes = [...page.text.matchAll(/name="scopes" value="([^"]*)"/g)].map(([, scope]) => scope ?? '');
    expect(scopes).toContain('access:servers!server=ada/');
    const form = new URLSearchParams([
      ['_xsrf', xsrfIn(page.text)],
      ...scopes.map((scope): [string, string] => ['scopes', scope]),
    ]);
    const answer = await root.post(`/hub/api/oauth2/authorize?${query()}`, form);
    expect([answer.status, answer.location.split('?')[0]]).toEqual([302, callback]);
    const token =
      (await exchange({ code: paramsOf(answer.location).get('code') ?? '' })).json<Record<string, string>>()[
        'access_token'
      ] ?? '';
    expect((await t.api('/user', { token })).json()).toMatchObject({
      name: 'root',
      scopes: ['access:servers!server=ada/', 'read:users:groups!user=root', 'read:users:name!user=root'],
    });
  });

  test('does not ask again what was granted before', async () => {
    const page = await authorize(root);
    const answer = await root.post(`/hub/api/oauth2/authorize?${query()}`, { _xsrf: xsrfIn(page.text) });
    await exchange({ code: paramsOf(answer.location).get('code') ?? '' });
    expect((await authorize(root)).status).toBe(302);
  });

  test('cannot be confirmed by another site, nor for more than was asked', async () => {
    expect((await root.post(`/hub/api/oauth2/authorize?${query()}`, {})).status).toBe(403);
    expect((await root.post(`/hub/api/oauth2/authorize?${query()}`, { _xsrf: 'made-up' })).status).toBe(403);
    expect((await t.browser().post(`/hub/api/oauth2/authorize?${query()}`, {})).status).toBe(403);
    const page = await authorize(root);
    const answer = await root.post(
      `/hub/api/oauth2/authorize?${query()}`,
      new URLSearchParams([
        ['_xsrf', xsrfIn(page.text)],
        ['scopes', 'admin:users'],
        ['scopes', 'inherit'],
      ]),
    );
    const granted = (await exchange({ code: paramsOf(answer.location).get('code') ?? '' })).json<
      Record<string, string>
    >()['scope'];
    expect(granted).toBe('access:servers!server=ada/ read:users:name!user read:users:groups!user');
  });
});

describe('a client with scopes of its own', () => {
  const client: OAuthClient = {
    id,
    description: 'Server at /user/ada/',
    redirectUri: callback,
    allowedScopes: ['read:users', 'servers!user', 'shutdown'],
    server: { user: 'ada', server: '' },
  };
  beforeEach(async () => {
    const { makeOAuthClients } = await import('../../packages/hubd/src/oauth/clients.ts');
    await makeOAuthClients({ db: t.hub.db, tokens: t.hub.tokens }).register(client, secret);
  });

  const granted = async (more: Readonly<Record<string, string>>): Promise<string[]> => {
    const token =
      (await exchange({ code: await codeFor(ada, more) })).json<Record<string, string>>()['access_token'] ?? '';
    return (await t.api('/user', { token })).json<{ scopes: string[] }>().scopes;
  };

  test('gets of them what the user has', async () => {
    const scopes = await granted({});
    expect(scopes).toContain('servers!user=ada');
    expect(scopes).toContain('read:users:activity!user=ada');
    expect(scopes.filter((scope) => scope.startsWith('shutdown'))).toEqual([]);
  });

  test('may ask for less', async () => {
    expect(await granted({ scope: 'read:users:name' })).toEqual([
      'access:servers!server=ada/',
      'read:users:groups!user=ada',
      'read:users:name!user=ada',
    ]);
    expect(await granted({ scope: 'identify' })).toContain('servers!user=ada');
  });
});

describe('what ends a token of a server', () => {
  let token: string;
  beforeEach(async () => {
    token = (await exchange({ code: await codeFor(ada) })).json<Record<string, string>>()['access_token'] ?? '';
    expect((await t.api('/user', { token })).status).toBe(200);
  });

  test('the end of the server', async () => {
    await t.api('/users/ada/server', { method: 'DELETE', token: await t.token('ada') });
    expect((await t.api('/user', { token })).status).toBe(403);
    expect((await authorize(ada)).status).toBe(400);
  });

  test('a logout in the browser, and no other browser', async () => {
    const other = t.browser();
    await other.login('ada', 'ada-password');
    const others =
      (await exchange({ code: await codeFor(other) })).json<Record<string, string>>()['access_token'] ?? '';
    const page = await ada.get('/hub/logout');
    expect((await ada.post('/hub/logout', { _xsrf: xsrfIn(page.text) })).status).toBe(302);
    expect((await t.api('/user', { token })).status).toBe(403);
    expect((await t.api('/user', { token: others })).status).toBe(200);
  });

  test('a logout before the code is exchanged', async () => {
    const code = await codeFor(ada);
    const page = await ada.get('/hub/logout');
    await ada.post('/hub/logout', { _xsrf: xsrfIn(page.text) });
    expect((await exchange({ code })).status).toBe(400);
  });

  test('fourteen days', async () => {
    t.clock.advance(1_209_600_000);
    expect((await t.api('/user', { token })).status).toBe(403);
  });
});
