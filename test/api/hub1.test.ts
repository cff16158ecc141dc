import type { BusCaller } from '@tshub/bus';
import { hubStatus, type PolkitAction, serverEntry, TshubError, userEntry, usageEntry } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { problemOf } from '../support/problem-of.ts';
import { soon } from '../support/soon.ts';
import { quick } from '../support/servers-for-test.ts';

const uids = { ada: 1001, bob: 1002, culler: 990, nobody: 65534 } as const;

let hub: TestHub;
beforeEach(async () => {
  hub = await hubForTest({
    timing: quick,
    settings: { login: { blocked_users: ['mallory'] } },
    accounts: [
      { name: 'ada', uid: uids.ada },
      { name: 'bob', uid: uids.bob },
      { name: 'mallory', uid: 1003 },
      { name: 'tshub-culler', uid: uids.culler },
    ],
  });
});
afterEach(() => hub.close());

interface TestCaller extends BusCaller {
  readonly asked: string[];
}

/** polkit as it is shipped: one's own things are allowed, everything else only if it is said here. Root is not asked. */
function caller(uid: number, allowed: readonly PolkitAction[] = [], denied: readonly PolkitAction[] = []): TestCaller {
  const asked: string[] = [];
  return {
    sender: ':1.7',
    uid,
    interactive: true,
    asked,
    authorize: (action, _details, options) => {
      if (uid === 0) return Promise.resolve(true);
      asked.push(options?.silent === true ? `${action} silently` : action);
      const isAllowed = action === 'org.tshub.hub.manage-own-server' || allowed.includes(action);
      return Promise.resolve(isAllowed && !denied.includes(action));
    },
  };
}

const methods = () => hub.hub.hub1.methods;

test('a local account starts its own server, and is a user of the hub from then on', async () => {
  const entry = serverEntry.parse(await methods().StartServer(caller(uids.ada), 'ada', '', { profile: 'big' }));
  expect(entry).toMatchObject({
    user: 'ada',
    server: '',
    ready: true,
    pending: '',
    unit: 'tshub-server-ada.service',
    url: '/user/ada/',
  });
  expect(hub.spawner.starts[0]).toMatchObject({ user: 'ada', profile: 'big' });
  expect(await hub.hub.users.byName('ada')).toBeDefined();
});

test('an administrator can forbid people their own servers', async () => {
  const ada = caller(uids.ada, [], ['org.tshub.hub.manage-own-server']);
  expect(await problemOf(methods().StartServer(ada, 'ada', '', {}))).toMatchObject({ code: 'forbidden' });
  expect(hub.spawner.starts).toEqual([]);
});

test('who may not log in gets no server over the bus either', async () => {
  expect(await problemOf(methods().StartServer(caller(1003), 'mallory', '', {}))).toMatchObject({ code: 'forbidden' });
  expect(await problemOf(methods().IssueToken(caller(1003), ['self']))).toMatchObject({ code: 'forbidden' });
  expect(await hub.hub.users.byName('mallory')).toBeUndefined();
});

test("others' servers need the action for others", async () => {
  await methods().StartServer(caller(uids.ada), 'ada', '', {});
  const bob = caller(uids.bob);
  expect(await problemOf(methods().StopServer(bob, 'ada', '', ''))).toMatchObject({
    code: 'forbidden',
    message:
      'uid 1002 is not allowed to stop this server; be in the group tshub-admin or give the password of an administrator (polkit action org.tshub.hub.manage-servers)',
  });
  expect(await problemOf(methods().GetServer(bob, 'ada', ''))).toMatchObject({ code: 'forbidden' });
  expect(await problemOf(methods().StartServer(bob, 'eve', '', {}))).toMatchObject({ code: 'forbidden' });
  const manager = caller(uids.bob, ['org.tshub.hub.manage-servers']);
  await methods().StopServer(manager, 'ada', '', 'maintenance\u001b[31m');
  expect(hub.hub.servers.get('ada', '')).toMatchObject({
    active: false,
    lastEnd: 'The server was stopped by an administrator: maintenance [31m',
  });
});

test('root may do everything', async () => {
  await methods().StartServer(caller(0), 'ada', '', {});
  const entry = serverEntry.parse(await methods().GetServer(caller(0), 'ada', ''));
  expect(entry).toMatchObject({ active: 'active', sub: 'running', uid: 1000, memoryCurrent: 100_000_000n });
  await methods().StopServer(caller(0), 'ada', '', '');
  expect(hub.spawner.isRunning('ada')).toBe(false);
});

test('how a server ended is told in detail to administrators alone', async () => {
  await methods().StartServer(caller(uids.ada), 'ada', '', {});
  hub.spawner.end('ada', '', { result: 'exit-code', exitCode: 1, exitStatus: 3, reason: 'exited with code 3' });
  const shown = async (by: TestCaller) => serverEntry.parse(await methods().GetServer(by, 'ada', ''));
  await soon(async () => (await shown(caller(0))).detail).toContain('its program ended with status 3');
  expect(await shown(caller(uids.bob, ['org.tshub.hub.read']))).toHaveProperty('detail');
  const own = await shown(caller(uids.ada));
  expect(own.reason).toBe('The server stopped: exited with code 3');
  expect(own).not.toHaveProperty('detail');
});

test('an account that does not exist has no server started for it', async () => {
  expect(await problemOf(methods().StartServer(caller(0), 'ghost', '', {}))).toMatchObject({ code: 'forbidden' });
  expect(hub.spawner.starts).toEqual([]);
});

test('a uid without an account owns nothing, not even the user with an empty name', async () => {
  const nobody = caller(uids.nobody);
  expect(await problemOf(methods().StartServer(nobody, '', '', {}))).toMatchObject({ code: 'forbidden' });
  expect(await methods().ListServers(nobody)).toEqual([]);
  expect(await problemOf(methods().IssueToken(nobody, ['self']))).toMatchObject({ code: 'forbidden' });
});

test('a failed start is told over the bus as on the page', async () => {
  hub.spawner.startError = new TshubError('spawn_failed', { problem: 'command not found: jupyterhub-singleuser' });
  expect(await problemOf(methods().StartServer(caller(uids.ada), 'ada', '', {}))).toMatchObject({
    code: 'spawn_failed',
    message: 'command not found: jupyterhub-singleuser',
  });
});

test("a list shows what is one's own, and everything to who may read; nobody is asked for a password", async () => {
  await methods().StartServer(caller(0), 'ada', '', {});
  await methods().StartServer(caller(0), 'bob', '', {});
  const names = async (by: BusCaller) =>
    (await methods().ListServers(by)).map((entry) => serverEntry.parse(entry).user);
  const ada = caller(uids.ada);
  expect(await names(ada)).toEqual(['ada']);
  expect(ada.asked).toEqual(['org.tshub.hub.read silently']);
  expect(await names(caller(uids.ada, ['org.tshub.hub.read']))).toEqual(['ada', 'bob']);
  expect(await names(caller(0))).toEqual(['ada', 'bob']);
});

test('users come in pages, to others only oneself', async () => {
  for (const name of ['bob', 'ada', 'cyd']) await hub.user(name);
  const [page, total] = await methods().ListUsers(caller(0), 1, 2);
  expect([page.map((entry) => userEntry.parse(entry).name), total]).toEqual([['bob', 'cyd'], 3]);
  const [own, one] = await methods().ListUsers(caller(uids.ada), 0, 10);
  expect([own.map((entry) => userEntry.parse(entry).name), one]).toEqual([['ada'], 1]);
});

test('the culler sees and stops all servers, and can do nothing else', async () => {
  await methods().StartServer(caller(uids.ada), 'ada', '', {});
  const culler = caller(uids.culler);
  expect(await methods().ListServers(culler)).toHaveLength(1);
  expect(await problemOf(methods().StartServer(culler, 'bob', '', {}))).toMatchObject({ code: 'forbidden' });
  expect(await problemOf(methods().IssueToken(culler, ['list:users']))).toMatchObject({ code: 'forbidden' });
  await methods().StopServer(culler, 'ada', '', 'no activity for 1 h');
  expect(culler.asked).toEqual([]);
  expect(hub.hub.servers.get('ada', '')?.lastEnd).toBe('The server was stopped: no activity for 1 h');
  expect(hub.logged.filter(({ event }) => event === 'server-culled').map(({ msg }) => msg)).toEqual([
    "ada's server was stopped: no activity for 1 h",
  ]);
});

test('stopping what does not run says so', async () => {
  await hub.user('ada');
  expect(await problemOf(methods().StopServer(caller(0), 'ada', '', ''))).toMatchObject({ code: 'not_running' });
  expect(await problemOf(methods().StopServer(caller(0), 'ghost', '', ''))).toMatchObject({ code: 'not_found' });
});

test("a token for what is one's own belongs to the user and works on the API for ten minutes", async () => {
  const [token, apiUrl, expiresAt] = await methods().IssueToken(caller(uids.ada), ['self']);
  expect(apiUrl).toBe('http://127.0.0.1:8081/hub/api');
  expect(Number(expiresAt) - hub.clock.now()).toBe(600_000);
  expect((await hub.api('/user', { token })).json()).toMatchObject({ kind: 'user', name: 'ada' });
  expect((await hub.api('/users/ada/server', { token, method: 'POST' })).status).toBe(201);
  expect((await hub.api('/users', { token })).status).toBe(403);
  hub.clock.advance(600_001);
  expect((await hub.api('/user', { token })).status).toBe(403);
  expect(hub.logged.filter(({ event }) => event === 'token')).toHaveLength(1);
  expect(JSON.stringify(hub.logged)).not.toContain(token);
});

test('scopes over everybody need the actions that cover them, and go to tshubctl', async () => {
  const scopes = ['self', 'list:users', 'servers'];
  expect(await problemOf(methods().IssueToken(caller(uids.ada), scopes))).toMatchObject({ code: 'forbidden' });
  expect(await problemOf(methods().IssueToken(caller(uids.ada, ['org.tshub.hub.read']), scopes))).toMatchObject({
    code: 'forbidden',
  });
  const admin = caller(uids.ada, ['org.tshub.hub.read', 'org.tshub.hub.manage-servers']);
  const [token] = await methods().IssueToken(admin, scopes);
  expect((await hub.api('/user', { token })).json()).toMatchObject({ kind: 'service', name: 'tshubctl' });
  expect((await hub.api('/users', { token })).status).toBe(200);
  await hub.user('bob');
  expect((await hub.api('/users/bob/server', { token, method: 'POST' })).status).toBe(201);
});

test('no token over the bus lets its holder be another person', async () => {
  for (const scope of [
    'access:servers',
    'access:servers!user=bob',
    'tokens',
    'tokens!user=bob',
    'inherit',
    'admin:auth_state',
    'shares',
    'self!user=bob',
  ]) {
    const all = caller(uids.ada, ['org.tshub.hub.read', 'org.tshub.hub.manage-servers', 'org.tshub.hub.manage-users']);
    expect([scope, (await problemOf(methods().IssueToken(all, [scope]))).code]).toEqual([scope, 'forbidden']);
    // Of one user at a time, who may decide what people do may have tokens made; root may.
    if (scope === 'tokens!user=bob') continue;
    expect([scope, (await problemOf(methods().IssueToken(caller(0), [scope]))).code]).toEqual([scope, 'forbidden']);
  }
  expect(await problemOf(methods().IssueToken(caller(0), ['bogus']))).toMatchObject({ code: 'bad_request' });
  expect(await problemOf(methods().IssueToken(caller(0), []))).toMatchObject({ code: 'bad_request' });
});

test('who may manage users makes no administrators; who may decide over roles does', async () => {
  await hub.user('bob');
  const change = async (token: string, admin: boolean) =>
    (await hub.api('/users/bob', { token, method: 'PATCH', json: { admin } })).status;
  const [weak] = await methods().IssueToken(caller(uids.ada, ['org.tshub.hub.manage-users']), ['admin:users']);
  expect(await change(weak, true)).toBe(403);
  const wish = ['admin:users', 'admin:roles'];
  expect(await problemOf(methods().IssueToken(caller(uids.ada, ['org.tshub.hub.manage-users']), wish))).toMatchObject({
    code: 'forbidden',
  });
  const [strong] = await methods().IssueToken(
    caller(uids.ada, ['org.tshub.hub.manage-users', 'org.tshub.hub.manage-roles']),
    wish,
  );
  expect(await change(strong, true)).toBe(200);
  expect((await hub.api('/roles/admin/users/bob', { token: strong, method: 'DELETE' })).status).toBe(204);
  expect((await hub.api('/roles/admin/users/bob', { token: weak, method: 'PUT' })).status).toBe(403);
  // It decides; it does not do itself what it can give to others.
  expect((await hub.api('/users/bob/tokens', { token: strong })).status).toBe(403);
});

test('a token for the tokens of one user makes them, and no others', async () => {
  await hub.user('bob');
  const admin = caller(uids.ada, ['org.tshub.hub.manage-roles']);
  const [token] = await methods().IssueToken(admin, ['tokens!user=bob']);
  const made = (user: string) => hub.api(`/users/${user}/tokens`, { token, method: 'POST', json: {} });
  expect((await made('bob')).json()).toMatchObject({ user: 'bob', note: 'Requested via api by service tshubctl' });
  expect((await made('ada')).status).toBe(403);
});

test('the status of the hub is open to everyone and names nobody', async () => {
  await methods().StartServer(caller(uids.ada), 'ada', '', {});
  const status = hubStatus.parse(await methods().GetStatus(caller(uids.nobody)));
  expect(status).toMatchObject({
    users: 1,
    activeServers: 1,
    pendingServers: 0,
    authenticator: 'pam',
    advertised: '5.5.1',
  });
});

test('usage is told of what the caller may see', async () => {
  await methods().StartServer(caller(uids.ada), 'ada', '', {});
  await methods().StartServer(caller(0), 'bob', '', {});
  const ofAda = await methods().ListUsage(caller(uids.ada));
  expect(usageEntry.array().parse(ofAda)).toEqual([
    { user: 'ada', server: '', memoryCurrent: 100_000_000n, cpuNanoseconds: 1_500_000_000n },
  ]);
  const all = usageEntry.array().parse(await methods().ListUsage(caller(0)));
  expect(all.map(({ user }) => user).toSorted()).toEqual(['ada', 'bob']);
});

test('limits of a running server are changed by administrators alone, also of their own', async () => {
  await methods().StartServer(caller(uids.ada), 'ada', '', {});
  const limits = { mem_limit: 1n << 30n };
  expect(await problemOf(methods().SetServerLimits(caller(uids.ada), 'ada', '', limits))).toMatchObject({
    code: 'forbidden',
  });
  expect(hub.spawner.limits).toEqual([]);
  await methods().SetServerLimits(caller(0), 'ada', '', limits);
  expect(hub.spawner.limits).toEqual([{ user: 'ada', server: '', limits }]);
  expect(hub.logged.some(({ event, by }) => event === 'limits-changed' && by === 'tshubctl')).toBe(true);
  await methods().StopServer(caller(0), 'ada', '', '');
  expect(await problemOf(methods().SetServerLimits(caller(0), 'ada', '', limits))).toMatchObject({
    code: 'not_running',
  });
});
