import { routes, type Route, type ScopeName, scopes } from '@tshub/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
let root: string;
let bob: string;

const metascopes: ReadonlySet<string> = new Set(['(no_scope)', 'inherit', 'self']);
const all = (Object.keys(scopes) as ScopeName[]).filter((name) => !metascopes.has(name));

/** All of ada's server "lab" is shared with bob: every scope that there is. She has another server, and is in staff. */
beforeAll(async () => {
  t = await hubForTest({
    settings: {
      hub: { allow_named_servers: true },
      services: { papers: {} },
      roles: { everything: { scopes: all, users: ['root'] } },
    },
  });
  for (const name of ['ada', 'bob', 'eve']) await t.user(name);
  await t.user('root', { admin: true });
  await t.hub.groups.create(['staff'], { users: ['ada'] });
  [root, bob] = [await t.token('root'), await t.token('bob')];
  for (const name of ['lab', 'other'])
    await t.api(`/users/ada/servers/${name}`, { method: 'PUT', token: root, json: {} });
  const shared = await t.api('/shares/ada/lab', { method: 'POST', token: root, json: { user: 'bob', scopes: all } });
  expect(shared.json<{ scopes: string[] }>().scopes).toHaveLength(all.length);
});
afterAll(() => t.close());

const guarded = Object.entries(routes as Record<string, Route>).filter(([, route]) => route.scopes.length > 0);
const send = (route: Route, server: string): ReturnType<TestHub['api']> => {
  const names = { user: 'ada', server, group: 'staff', role: 'user', token: 'a0', owner: 'ada', service: 'papers' };
  const path = Object.entries(names).reduce(
    (made, [name, value]) => made.replace(new RegExp(`:${name}(?=/|$)`), value),
    route.path,
  );
  return t.api(path, { method: route.method, token: bob, ...(route.body === undefined ? {} : { json: {} }) });
};
const refusal = /Action is not authorized|No access to resources|no permissions to generate tokens/;

test.each(guarded)('%s is closed to whom all of another server is shared with', async (_, route) => {
  const answer = await send(route, 'other');
  expect([403, 404]).toContain(answer.status);
  expect(answer.text).toMatch(refusal);
});

test('that server itself is open', async () => {
  expect((await send(routes['shares.listServer'], 'lab')).status).toBe(200);
});

test('what one was not given looks the same whether it exists or not', async () => {
  const eve = await t.token('eve');
  for (const method of ['GET', 'DELETE']) {
    const told = async (server: string): Promise<string> =>
      (await t.api(`/users/eve/shared/${server}`, { method, token: eve })).text.replace(server, 'it');
    const missing = await told('nobody/none');
    for (const server of ['ada/lab', 'ada/none', 'root/']) expect(await told(server), server).toBe(missing);
  }
});

test('the journal tells of what was changed, by whom and for whom, and of nothing else', async () => {
  const told = (): unknown[] => t.logged.filter(({ event }) => event === 'share-changed').map(({ msg }) => msg);
  const ask = (method: string, json: unknown): ReturnType<TestHub['api']> =>
    t.api('/shares/ada/other', { method, token: root, json });
  const before = told().length;
  await ask('PATCH', { user: 'eve' });
  await ask('POST', { user: 'eve', scopes: ['access:servers', 'read:servers'] });
  await ask('PATCH', { user: 'eve', scopes: ['stop:nothing'] });
  await ask('PATCH', { user: 'eve', scopes: ['start:servers'] });
  await ask('PATCH', { user: 'eve', scopes: ['read:servers'] });
  await ask('PATCH', { user: 'eve' });
  expect(told().slice(before)).toEqual([
    'server ada/other was shared with user eve (access:servers read:servers) by root',
    'server ada/other is shared less with user eve (read:servers was taken back) by root',
    'server ada/other is shared no more with user eve (access:servers was taken back) by root',
  ]);
  expect(t.logged.findLast(({ event }) => event === 'share-changed')).toMatchObject({
    user: 'ada',
    server: 'other',
    by: 'root',
    sharedWith: 'user eve',
  });
});
