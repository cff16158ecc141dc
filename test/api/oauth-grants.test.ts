import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OAuthClient } from '../../packages/hubd/src/oauth/client.ts';
import { makeOAuthClients } from '../../packages/hubd/src/oauth/clients.ts';
import { type Browser, xsrfIn } from '../support/browser.ts';
import type { TestHub } from '../support/hub-for-test.ts';
import {
  callback,
  clientId as id,
  oauthForTest,
  type OAuthForTest,
  paramsOf,
  query,
} from '../support/oauth-for-test.ts';

let t: TestHub;
let ada: OAuthForTest['ada'];
let secret: OAuthForTest['secret'];
let authorize: OAuthForTest['authorize'];
let exchange: OAuthForTest['exchange'];
let codeFor: OAuthForTest['codeFor'];

beforeEach(async () => {
  ({ t, ada, secret, authorize, exchange, codeFor } = await oauthForTest());
});
afterEach(() => t.close());

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
    service: null,
  };
  beforeEach(async () => {
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
