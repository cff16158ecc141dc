import type { BusCaller } from '@tshub/bus';
import { serverEntry, userEntry } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hubForTest, type SettingsInput, type TestHub } from '../support/hub-for-test.ts';
import { problemOf } from '../support/problem-of.ts';
import { quick } from '../support/servers-for-test.ts';

/** What cullerd sees of the hub, and what the hub lets it do. */

let t: TestHub;
const culler: BusCaller = {
  sender: ':1.9',
  uid: 990,
  interactive: false,
  authorize: () => Promise.resolve(false),
};
const root: BusCaller = { ...culler, uid: 0, authorize: () => Promise.resolve(true) };
const methods = () => t.hub.hub1.methods;

async function begin(settings: SettingsInput = {}): Promise<void> {
  t = await hubForTest({
    timing: quick,
    settings: { hub: { allow_named_servers: true }, ...settings },
    accounts: [
      { name: 'ada', uid: 1001 },
      { name: 'tshub-culler', uid: 990 },
    ],
  });
  await t.user('ada');
  await t.user('bob');
}
beforeEach(() => begin());
afterEach(() => t.close());

async function again(settings: SettingsInput): Promise<void> {
  await t.close();
  await begin(settings);
}

test('the culler sees groups, and what was a request and what a report', async () => {
  await t.close();
  await begin({ groups: { staff: { users: ['ada'] } } });
  await methods().StartServer(root, 'ada', '', {});
  const at = t.clock.now() + 1000;
  await t.api('/users/ada/activity', {
    method: 'POST',
    token: await t.token('ada'),
    json: { servers: { '': { last_activity: new Date(at).toISOString() } } },
  });
  const [entry] = serverEntry.array().parse(await methods().ListServers(culler));
  expect(entry).toMatchObject({ groups: ['staff'], lastReport: BigInt(at), lastActivity: BigInt(at) });
  const asked = at + 5000;
  const route = t.proxy.routes.get('/user/ada/');
  if (route !== undefined) route.lastActivity = asked;
  await t.hub.servers.readActivity();
  const [after] = serverEntry.array().parse(await methods().ListServers(culler));
  expect(after).toMatchObject({ lastReport: BigInt(at), lastRequest: BigInt(asked), lastActivity: BigInt(asked) });
});

test('a named server is stopped and forgotten', async () => {
  await methods().StartServer(root, 'ada', 'lab', {});
  await methods().RemoveServer(culler, 'ada', 'lab');
  expect(t.hub.servers.get('ada', 'lab')).toBeUndefined();
  expect(t.spawner.isRunning('ada', 'lab')).toBe(false);
});

test('users are deleted only where the settings say so, and never with a server', async () => {
  expect(await problemOf(methods().RemoveUser(culler, 'ada'))).toMatchObject({
    code: 'forbidden',
    message: 'users are not deleted by the culler; see [culler] cull_users in tshub.toml(5)',
  });
  await again({ culler: { cull_users: true } });
  await methods().StartServer(root, 'ada', '', {});
  expect(await problemOf(methods().RemoveUser(culler, 'ada'))).toMatchObject({ code: 'already_running' });
  await methods().RemoveUser(culler, 'bob');
  expect(await t.hub.users.byName('bob')).toBeUndefined();
  expect(await problemOf(methods().RemoveUser(culler, 'bob'))).toMatchObject({ code: 'not_found' });
});

test('administrators are deleted only where that is said as well', async () => {
  await again({ culler: { cull_users: true } });
  await t.user('grace', { admin: true });
  expect(await problemOf(methods().RemoveUser(culler, 'grace'))).toMatchObject({ code: 'forbidden' });
  await again({ culler: { cull_users: true, cull_admin_users: true } });
  await t.user('grace', { admin: true });
  await methods().RemoveUser(culler, 'grace');
  expect(await t.hub.users.byName('grace')).toBeUndefined();
});

test('guests are told from others, and may be deleted when others may not', async () => {
  await again({ login: { authenticator: 'guest' }, spawner: { dynamic_users: true } });
  const guest = await t.user('guest-abc');
  await t.hub.records.noteLogin(guest.id, { authenticator: 'guest', userInfo: undefined, authState: undefined });
  const [users] = await methods().ListUsers(culler, 0, 10);
  expect(
    userEntry
      .array()
      .parse(users)
      .map(({ name, guest: isGuest }) => [name, isGuest]),
  ).toEqual([
    ['ada', false],
    ['bob', false],
    ['guest-abc', true],
  ]);
  await methods().RemoveUser(culler, 'guest-abc');
  expect(await t.hub.users.byName('guest-abc')).toBeUndefined();
  expect(await problemOf(methods().RemoveUser(culler, 'ada'))).toMatchObject({ code: 'forbidden' });
});
