import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../support/browser.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let token: string;
let narrow: string;
let broken = false;

beforeAll(async () => {
  t = await hubForTest({
    settings: { hub: { jupyterhub_version: '5.5.1', api_page_default_limit: 2 }, services: { papers: {} } },
  });
  for (const name of ['ada', 'bob', 'cy']) await t.user(name);
  await t.user('root', { admin: true });
  const [staff] = await t.hub.groups.create(['staff']);
  if (staff !== undefined) await t.hub.groups.addUsers(staff, ['ada']);
  token = await t.token('root');
  narrow = await t.token('ada', ['read:users!user=ada', 'list:users!user=ada']);
  const all = t.hub.servers.ofUser.bind(t.hub.servers);
  t.hub.servers.ofUser = (id) => {
    if (broken) throw new Error('a secret detail');
    return all(id);
  };
});
afterAll(() => t.close());

/** Of both ways the same, but for what differs between any two answers. */
function comparable({ status, headers, text }: Answer): unknown {
  const { date: _date, ...kept } = headers;
  return {
    status,
    headers: kept,
    text: text.replace(/[0-9a-f]{12}/g, '…').replace(/"last_activity":"[^"]*"/g, ''),
  };
}

type Case = Omit<NonNullable<Parameters<TestHub['api']>[1]>, 'token'> & { readonly as?: 'narrow' | 'none' };

const cases: ReadonlyArray<readonly [what: string, path: string, visit?: Case]> = [
  ['whose token it is', '/user'],
  ['the same with a slash too many', '/user/'],
  ['a user', '/users/ada'],
  ['a user with an escape in the name', '/users/%61da'],
  ['nobody', '/users/nobody'],
  ['a token that sees little', '/users/ada', { as: 'narrow' }],
  ['a token that does not see it', '/users/bob', { as: 'narrow' }],
  ['a token that is none', '/users/ada', { as: 'none' }],
  ['a list', '/users'],
  ['a list for one', '/users', { as: 'narrow' }],
  ['a page', '/users?limit=2', { headers: { Accept: 'application/jupyterhub-pagination+json' } }],
  [
    'a page behind a host',
    '/users?limit=1&offset=1&name_filter=a%20b',
    { headers: { Accept: 'application/jupyterhub-pagination+json', Host: 'hub.example' } },
  ],
  ['a list of groups', '/groups'],
  ['a query that is wrong', '/users?limit=x'],
  ['a query that there is not', '/users?sort=colour'],
  ['the hub', '/info'],
  ['its version', '/'],
  ['its health', '/health'],
  ['a path that leads nowhere', '/nowhere'],
  ['a method that there is not', '/users/ada', { method: 'PUT' }],
  ['a question about methods', '/users/ada', { method: 'OPTIONS' }],
  ['a head', '/users/ada', { method: 'HEAD' }],
  ['activity', '/users/ada/activity', { method: 'POST', json: { last_activity: '2026-08-20T12:00:00Z' } }],
  [
    'activity of a server that there is not',
    '/users/ada/activity',
    { method: 'POST', json: { servers: { x: { last_activity: '2026-08-20T12:00:00Z' } } } },
  ],
  ['no JSON', '/users/ada/activity', { method: 'POST', body: '{' }],
  ['too much of it', '/users/ada/activity', { method: 'POST', body: `"${'x'.repeat(1_100_000)}"` }],
  ['what is not to be had', '/shares/ada/', { method: 'POST', json: {} }],
  ['an empty answer', '/users/ada/server', { method: 'DELETE' }],
  ['progress of nothing', '/users/ada/server/progress'],
  ['a token to be made', '/users/nobody/tokens', { method: 'POST', json: {} }],
];

/** A program asks as the first; a header that a browser's cache adds sends it the longer way. */
async function bothWays(path: string, { json, as, ...visit }: Case = {}): Promise<Answer[]> {
  const used = as === 'none' ? 'no-such-token' : as === 'narrow' ? narrow : token;
  const send = (headers: Record<string, string>): Promise<Answer> =>
    t.api(path, {
      ...visit,
      token: used,
      ...(json === undefined ? {} : { json }),
      headers: { ...visit.headers, ...headers },
    });
  return [await send({}), await send({ 'If-None-Match': '"another"' })];
}

test.each(cases.map(([what, path, visit = {}]): [string, string, Case] => [what, path, visit]))(
  '%s is answered alike without Koa and with it',
  async (_, path, visit) => {
    const [direct, longer] = await bothWays(path, visit);
    expect(comparable(direct as Answer)).toEqual(comparable(longer as Answer));
  },
);

test('a failure inside is told alike, with an id and no more', async () => {
  broken = true;
  try {
    const [direct, longer] = await bothWays('/users/ada');
    expect(comparable(direct as Answer)).toEqual(comparable(longer as Answer));
    expect(direct?.status).toBe(500);
    expect(direct?.text).not.toContain('secret detail');
  } finally {
    broken = false;
  }
});

test('requests are counted alike', async () => {
  const count = async (): Promise<number> => {
    const { text } = await t.api('/metrics', { token });
    const found = /request_duration_seconds_count\{method="GET",handler="\/hub\/api\/users\/:user",code="404"\} (\d+)/;
    return Number(found.exec(text)?.[1] ?? 0);
  };
  const before = await count();
  await bothWays('/users/nobody');
  expect(await count()).toBe(before + 2);
});

test('a token that was revoked is refused at once', async () => {
  const user = await t.user('ada');
  const short = await t.hub.tokens.issue({
    owner: { kind: 'user', id: user.id },
    scopes: ['inherit'],
    note: '',
    expiresIn: null,
  });
  expect((await t.api('/user', { token: short.text })).status).toBe(200);
  await t.hub.tokens.revoke(short.id);
  expect((await t.api('/user', { token: short.text })).status).toBe(403);
});

test('whose token it is follows every change at once, although the answer is kept', async () => {
  const user = await t.user('dee');
  const asked = await t.token('dee');
  const me = async (): Promise<Record<string, unknown>> => (await t.api('/user', { token: asked })).json();
  const first = await me();
  expect(await me()).toEqual(first);
  const [lab] = await t.hub.groups.create(['lab']);
  if (lab !== undefined) await t.hub.groups.addUsers(lab, ['dee']);
  expect((await me())['groups']).toEqual(['lab']);
  await t.hub.users.setAdmin('dee', true);
  expect((await me())['admin']).toBe(true);
  t.clock.advance(1000);
  t.hub.users.touch(user.id, t.clock.now() + 60_000);
  expect((await me())['last_activity']).not.toBe(first['last_activity']);
  expect((await me())['server']).toBeNull();
  await t.api('/users/dee/server', { method: 'POST', token: asked });
  expect((await me())['server']).toBe('/user/dee/');
  await t.hub.records.noteLogin(user.id, { authenticator: 'oidc', userInfo: { name: 'Dee' }, authState: undefined });
  expect((await me())['user_info']).toEqual({ name: 'Dee' });
});
