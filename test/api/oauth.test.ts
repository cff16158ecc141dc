import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
