import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let serverToken: string;
beforeEach(async () => {
  t = await hubForTest();
  await t.user('ada');
  await t.user('bob');
  await t.api('/users/ada/server', { method: 'POST', token: await t.token('ada') });
  // What the server itself was given.
  serverToken = t.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
});
afterEach(() => t.close());

const report = (json: unknown, user = 'ada', token = serverToken): ReturnType<TestHub['api']> =>
  t.api(`/users/${user}/activity`, { method: 'POST', token, json });
const shown = async (): Promise<{ last_activity: string; servers: Record<string, { last_activity: string }> }> =>
  (await t.api('/users/ada', { token: await t.token('ada', ['read:users', 'read:servers']) })).json();

describe('a server that reports activity', () => {
  test('is heard with the token that it was started with', async () => {
    t.clock.advance(60_000);
    const at = '2026-08-20T12:00:40.123456Z';
    const answer = await report({ servers: { '': { last_activity: at } }, last_activity: at });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await shown()).servers['']?.last_activity).toBe('2026-08-20T12:00:40.123000Z');
  });

  test('cannot turn the clock back', async () => {
    const before = (await shown()).servers['']?.last_activity;
    expect((await report({ servers: { '': { last_activity: '2026-01-01T00:00:00Z' } } })).status).toBe(200);
    expect((await shown()).servers['']?.last_activity).toBe(before);
  });

  test.each([
    ['nothing', {}],
    ['null', null],
    ['a list', []],
    ['an unknown server', { servers: { lab: { last_activity: '2026-08-20T12:00:00Z' } } }],
    ['no time', { servers: { '': {} } }],
    ['no readable time', { last_activity: 'now' }],
    ['a time more than an hour ahead', { last_activity: '2026-08-20T13:30:00Z' }],
  ])('is refused with %s', async (_, body) => {
    expect((await report(body)).status).toBe(400);
  });

  test('speaks for its own user alone', async () => {
    const body = { last_activity: '2026-08-20T12:00:00Z' };
    expect((await report(body, 'bob')).status).toBe(404);
    expect((await report(body, 'ada', await t.token('culler'))).status).toBe(403);
  });

  test('may do nothing else', async () => {
    const me = (await t.api('/user', { token: serverToken })).json();
    expect(me['scopes']).toEqual([
      'access:servers!server=ada/',
      'read:users:activity!user=ada',
      'users:activity!user=ada',
    ]);
    for (const path of ['/users/ada/server', '/users', '/info'])
      expect((await t.api(path, { token: serverToken })).status, path).toBe(403);
  });

  test('is not heard any more after it has stopped', async () => {
    await t.api('/users/ada/server', { method: 'DELETE', token: await t.token('ada') });
    expect((await report({ last_activity: '2026-08-20T12:00:00Z' })).status).toBe(403);
  });
});

test('what was reported last is in the database when the hub has stopped', async () => {
  const db = await databaseForTest();
  const hub = await hubForTest({ db });
  await hub.user('ada');
  const at = '2026-08-20T12:30:00Z';
  const answer = await hub.api('/users/ada/activity', {
    method: 'POST',
    token: await hub.token('ada'),
    json: { last_activity: at },
  });
  expect(answer.status).toBe(200);
  await hub.close();
  expect(await db('users').where({ name: 'ada' }).first('last_activity')).toEqual({ last_activity: Date.parse(at) });
  await db.destroy();
});
