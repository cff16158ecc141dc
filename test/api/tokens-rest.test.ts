import { newTokenModel, tokenModel } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let ada: string;
beforeEach(async () => {
  t = await hubForTest();
  await t.user('ada');
  await t.user('bob');
  await t.user('root', { admin: true });
  ada = await t.token('ada');
});
afterEach(() => t.close());

type Made = ReturnType<typeof newTokenModel.parse>;

async function make(json: unknown, token = ada, user = 'ada'): Promise<Made> {
  const answer = await t.api(`/users/${user}/tokens`, { method: 'POST', token, json });
  expect(answer.status, answer.text).toBe(201);
  return newTokenModel.parse(answer.json());
}
async function refused(json: unknown, token = ada, user = 'ada'): Promise<[number, unknown]> {
  const answer = await t.api(`/users/${user}/tokens`, { method: 'POST', token, json });
  return [answer.status, answer.json()['message']];
}

describe('a token made over the API', () => {
  test('may do what its owner may unless less was asked for, and is told once', async () => {
    const made = await make({});
    expect(made).toMatchObject({
      kind: 'api_token',
      user: 'ada',
      roles: [],
      note: 'Requested via api',
      expires_at: null,
      last_activity: null,
      session_id: null,
      oauth_client: 'JupyterHub',
    });
    expect(made.token).toMatch(/^[0-9a-f]{32}$/);
    expect(made.scopes).toContain('servers!user=ada');
    expect((await t.api('/users/ada', { token: made.token })).status).toBe(200);
    const again = await t.api(`/users/ada/tokens/${made.id}`, { token: ada });
    expect(tokenModel.parse(again.json())).not.toHaveProperty('token');
    expect(again.text).not.toContain(made.token);
    expect(JSON.stringify(t.logged)).not.toContain(made.token);
  });

  test('says in the journal whose it is, what it may do and who made it', async () => {
    await make({ scopes: ['read:users!user'], note: 'for a script' }, await t.token('root'));
    expect(t.logged.find(({ event }) => event === 'token')).toMatchObject({
      user: 'ada',
      scopes: 'read:users!user',
      by: 'root',
      from: '127.0.0.1',
    });
  });

  test('holds scopes, or those that roles stand for at this moment', async () => {
    expect((await make({ scopes: ['read:users:name!user', 'access:servers!user'] })).scopes).toEqual([
      'access:servers!user=ada',
      'read:users:name!user=ada',
    ]);
    expect((await make({ roles: ['user'] })).scopes).toContain('tokens!user=ada');
    expect((await make({ scopes: [] })).scopes).toEqual([]);
  });

  test.each([
    [{ roles: ['user'], scopes: ['self'] }, /Cannot specify both roles and scopes/],
    [{ roles: ['nobody'] }, /^No such role: nobody$/],
    [{ scopes: ['read:everything'] }, /^No such scope: read:everything$/],
    [
      { scopes: ['list:users', 'admin:users'] },
      /^Not assigning requested scopes admin:users, list:users not held by User ada/,
    ],
    [{ roles: ['admin'] }, /not held by User ada/],
    [{ scopes: 'self' }, /^Invalid scopes/],
    [{ expires_in: -1 }, /^Invalid expires_in/],
    [{ expires_in: 1.5 }, /^Invalid expires_in/],
    [{ expires_in: 'soon' }, /^Invalid expires_in/],
    [{ note: 7 }, /^Invalid note/],
    [['self'], /^Invalid body/],
  ])('%j is refused', async (body, message) => {
    expect(await refused(body)).toEqual([400, expect.stringMatching(message)]);
  });

  test('ends when it was said to; 0 and null are never', async () => {
    const made = await make({ expires_in: 60 });
    expect(Date.parse(made.expires_at ?? '')).toBe(t.clock.now() + 60_000);
    expect((await make({ expires_in: 0 })).expires_at).toBeNull();
    expect((await make({ expires_in: null })).expires_at).toBeNull();
    t.clock.advance(60_000);
    expect((await t.api('/user', { token: made.token })).status).toBe(403);
    expect((await t.api(`/users/ada/tokens/${made.id}`, { token: ada })).status).toBe(404);
  });

  test('lasts no longer than the settings let it', async () => {
    await t.close();
    t = await hubForTest({ settings: { hub: { token_expires_in_max_seconds: 3600 } } });
    await t.user('ada');
    ada = await t.token('ada');
    const life = (made: Made): number => Date.parse(made.expires_at ?? '') - t.clock.now();
    expect(life(await make({}))).toBe(3_600_000);
    expect(life(await make({ expires_in: 60 }))).toBe(60_000);
    expect(await refused({ expires_in: 3601 })).toEqual([400, expect.stringContaining('3600')]);
  });

  test('never does more than its owner may now', async () => {
    await t.hub.roles.create({ name: 'metrics', description: '', scopes: ['read:metrics'] });
    await t.hub.roles.grant('metrics', { kind: 'user', name: 'ada' });
    const made = await make({ scopes: ['read:metrics'] });
    expect(made.scopes).toEqual(['read:metrics']);
    await t.hub.roles.revoke('metrics', { kind: 'user', name: 'ada' });
    expect((await t.api(`/users/ada/tokens/${made.id}`, { token: ada })).json()['scopes']).toEqual([]);
  });
});

describe('who may make one', () => {
  test('whoever holds tokens for the owner; its note says who it was', async () => {
    expect((await make({}, await t.token('root'))).note).toBe('Requested via api by user root');
    await t.hub.roles.create({ name: 'minter', description: '', scopes: ['tokens!user=ada'] });
    await t.hub.roles.grant('minter', { kind: 'service', name: 'culler' });
    const culler = await t.token('culler');
    expect((await make({}, culler)).note).toBe('Requested via api by service culler');
    expect(await refused({}, culler, 'bob')).toEqual([
      403,
      'Service bob not found or no permissions to generate tokens',
    ]);
  });

  test('nobody else, and a user that is not there looks the same', async () => {
    for (const user of ['bob', 'nobody'])
      expect(await refused({}, ada, user)).toEqual([
        403,
        `User ${user} not found or no permissions to generate tokens`,
      ]);
    expect((await t.api('/users/ada/tokens', { method: 'POST', json: {} })).json()).toMatchObject({
      status: 403,
      message: 'Missing or invalid credentials.',
    });
  });

  test('a name and password in the body stand for credentials', async () => {
    const post = (auth: unknown, user = 'ada') =>
      t.api(`/users/${user}/tokens`, { method: 'POST', json: { auth, note: 'cli' } });
    const made = await post({ username: 'ada', password: 'ada-password' });
    expect(made.status).toBe(201);
    expect((await t.api('/user', { token: newTokenModel.parse(made.json()).token })).json()).toMatchObject({
      name: 'ada',
    });
    expect((await post({ username: 'ada', password: 'wrong' })).json()).toEqual({
      status: 403,
      message: 'Invalid username or password',
    });
    expect((await post({ username: 'ada', password: 'ada-password' }, 'bob')).status).toBe(403);
    expect(JSON.stringify(t.logged)).not.toContain('ada-password');
  });

  test('a browser must send JSON and its XSRF token', async () => {
    const browser = t.browser();
    await browser.login('ada', 'ada-password');
    const xsrf = encodeURIComponent(browser.cookie('_xsrf') ?? '');
    expect((await browser.post(`/hub/api/users/ada/tokens?_xsrf=${xsrf}`, {})).status).toBe(403);
    const post = (path: string) =>
      browser.send(path, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } });
    expect((await post('/hub/api/users/ada/tokens')).status).toBe(403);
    expect((await post(`/hub/api/users/ada/tokens?_xsrf=${xsrf}`)).status).toBe(201);
  });
});

describe('the tokens of a user', () => {
  test('are listed by last use or making, without those that have ended', async () => {
    const [first, second] = [await make({ note: 'first' }), await make({ note: 'second' })];
    await make({ note: 'short', expires_in: 1 });
    t.clock.advance(5_000);
    await t.api('/user', { token: first.token });
    const list = async () =>
      (await t.api('/users/ada/tokens', { token: await t.token('root') })).json<{ api_tokens: Made[] }>().api_tokens;
    const listed = (await list()).map(({ note }) => note);
    expect(listed.indexOf('second')).toBeLessThan(listed.indexOf('first'));
    expect(listed).not.toContain('short');
    expect((await list()).find(({ id }) => id === first.id)?.last_activity).not.toBeNull();
    expect((await list()).find(({ id }) => id === second.id)?.last_activity).toBeNull();
  });

  test('are read and revoked by id, and only those of that user', async () => {
    const made = await make({});
    const root = await t.token('root');
    for (const id of ['a0', 'a999999', made.id.slice(1), 'b1', 'a1x', 'a99999999999999999999']) {
      for (const method of ['GET', 'DELETE'])
        expect((await t.api(`/users/ada/tokens/${id}`, { method, token: root })).status, `${method} ${id}`).toBe(404);
    }
    expect((await t.api(`/users/bob/tokens/${made.id}`, { method: 'DELETE', token: root })).status).toBe(404);
    expect((await t.api('/user', { token: made.token })).status).toBe(200);
    const gone = await t.api(`/users/ada/tokens/${made.id}`, { method: 'DELETE', token: ada });
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await t.api('/user', { token: made.token })).status).toBe(403);
    expect(t.logged.find(({ event }) => event === 'token-revoked')).toMatchObject({ user: 'ada', by: 'ada' });
  });

  test('of an OAuth client go all at once', async () => {
    const user = await t.user('ada');
    const started = await t.api('/users/ada/server', { method: 'POST', token: ada });
    expect(started.status).toBe(201);
    const issue = (clientId: string) =>
      t.hub.tokens.issue({ owner: { kind: 'user', id: user.id }, scopes: [], note: '', expiresIn: null, clientId });
    const [one, other] = [await issue('jupyterhub-user-ada'), await issue('jupyterhub-user-ada')];
    const shown = (await t.api(`/users/ada/tokens/a${one.id}`, { token: ada })).json();
    expect(shown).toMatchObject({ oauth_client: 'Server at /user/ada/', note: '' });
    expect(shown['scopes']).toContain('access:servers!server=ada/');
    expect((await t.api(`/users/ada/tokens/a${one.id}`, { method: 'DELETE', token: ada })).status).toBe(204);
    expect((await t.api('/user', { token: other.text })).status).toBe(403);
    expect((await t.api('/user', { token: ada })).status).toBe(200);
  });
});

describe('the old way to ask whose a token is', () => {
  test('works with a token only, and for a token that there is', async () => {
    const root = await t.token('root');
    expect((await t.api(`/authorizations/token/${ada}`, { token: root })).json()).toMatchObject({ name: 'ada' });
    expect((await t.api(`/authorizations/token/${await t.token('bob')}`, { token: ada })).json()).toEqual({
      kind: 'user',
      name: 'bob',
      admin: false,
      groups: [],
      user_info: null,
    });
    expect((await t.api('/authorizations/token/nonsense', { token: root })).status).toBe(404);
    expect((await t.api(`/authorizations/token/${ada}`)).status).toBe(403);
    expect((await t.api('/authorizations/token', { method: 'POST', token: root })).status).toBe(404);
    expect((await t.api('/authorizations/cookie/jupyterhub-hub-login/x', { token: root })).status).toBe(404);
  });
});
