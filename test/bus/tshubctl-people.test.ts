import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, type Bus } from '@tshub/bus';
import { hub1 } from '@tshub/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { startPrivateBus, type PrivateBus } from '../support/private-bus.ts';
import { quick } from '../support/servers-for-test.ts';

const main = new URL('../../packages/tshubctl/src/main.ts', import.meta.url).pathname;

let daemon: PrivateBus;
let bus: Bus;
let t: TestHub;
/** The scopes of every token that was asked for over the bus. */
let wishes: string[][];

/** tshubctl as root, with a hub on the bus and on HTTP; root is let through by polkit's rule for it. */
beforeAll(async () => {
  daemon = await startPrivateBus();
  bus = await connectBus({ address: daemon.address });
  const methods = (): TestHub['hub']['hub1']['methods'] => t.hub.hub1.methods;
  bus.serve(
    hub1,
    {
      methods: {
        AnnounceEnds: (...args) => methods().AnnounceEnds(...args),
        GetServer: (...args) => methods().GetServer(...args),
        GetSettings: (...args) => methods().GetSettings(...args),
        GetStatus: (...args) => methods().GetStatus(...args),
        ImportPeer: (...args) => methods().ImportPeer(...args),
        async IssueToken(caller, scopes): Promise<[string, string, bigint]> {
          wishes.push([...scopes]);
          const [token, , expires] = await methods().IssueToken(caller, scopes);
          return [token, t.apiUrl, expires];
        },
        KeepServer: (...args) => methods().KeepServer(...args),
        ListServers: (...args) => methods().ListServers(...args),
        ListUsage: (...args) => methods().ListUsage(...args),
        ListUsers: (...args) => methods().ListUsers(...args),
        RemoveServer: (...args) => methods().RemoveServer(...args),
        RemoveUser: (...args) => methods().RemoveUser(...args),
        SetServerLimits: (...args) => methods().SetServerLimits(...args),
        StartServer: (...args) => methods().StartServer(...args),
        StopServer: (...args) => methods().StopServer(...args),
        WatchServers: (...args) => methods().WatchServers(...args),
      },
      properties: { ActiveServers: () => 0, Version: () => 'x' },
    },
    { accountUid: async () => 0 },
  );
  await bus.own(hub1.busName);
});
afterAll(async () => {
  await bus.close();
  await daemon.stop();
});
beforeEach(async () => {
  wishes = [];
  t = await hubForTest({ timing: quick, settings: { hub: { allow_named_servers: true } } });
  await t.user('ada');
  await t.user('bob');
});
afterEach(() => t.close());

interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

function tshubctl(...args: string[]): Promise<Ran> {
  const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: daemon.address };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ exit: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const ran = await tshubctl(...args, '--json');
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  return JSON.parse(ran.stdout) as Record<string, unknown>;
}

test('users are made, shown, renamed, made administrators and deleted', async () => {
  expect(await json('user', 'create', 'dan', 'ada')).toEqual({ created: ['dan'], existing: ['ada'] });
  await expect(tshubctl('user', 'rename', 'dan', 'kim')).resolves.toEqual({
    exit: 0,
    stdout: 'dan is kim now\n',
    stderr: '',
  });
  expect(await json('user', 'set-admin', 'kim')).toEqual({ user: 'kim', admin: true });
  expect((await tshubctl('user', 'show', 'kim')).stdout).toMatch(
    /^ +User: kim\nAdministrator: yes\n +Roles: admin, user\n/,
  );
  await expect(tshubctl('user', 'delete', 'kim')).resolves.toMatchObject({ exit: 0 });
  await expect(tshubctl('user', 'show', 'kim')).resolves.toEqual({
    exit: 3,
    stdout: '',
    stderr: 'tshubctl: User kim not found\n',
  });
  expect(wishes).toContainEqual(['read:users!user=kim', 'read:servers!user=kim']);
  // Of an administrator it is more than the managing of users.
  expect(wishes.filter((wish) => wish.includes('delete:users'))).toEqual([
    ['delete:users'],
    ['delete:users', 'admin:roles'],
  ]);
});

test('groups are made, filled, given properties and emptied', async () => {
  await json('group', 'create', 'staff', '--user', 'ada');
  await expect(tshubctl('group', 'add', 'staff', 'bob')).resolves.toMatchObject({ stdout: 'in staff: ada, bob\n' });
  await json('group', 'set-property', 'staff', 'quota=3', 'room=B 12');
  expect(await json('group', 'set-property', 'staff', 'room=', 'more={"a":1}')).toMatchObject({
    group: { properties: { quota: 3, more: { a: 1 } } },
  });
  await expect(tshubctl('group', 'remove', 'staff', 'ada')).resolves.toMatchObject({ stdout: 'in staff: bob\n' });
  expect((await tshubctl('group', 'list')).stdout).toMatch(/^GROUP +USERS +PROPERTIES\nstaff +1 +quota, more\n$/);
  expect((await tshubctl('group', 'show', 'staff')).stdout).toContain('Users: bob\n');
  await json('group', 'delete', 'staff');
  await expect(tshubctl('group', 'show', 'staff')).resolves.toMatchObject({
    exit: 3,
    stderr: 'tshubctl: No such group: staff\n',
  });
  await expect(tshubctl('group', 'list')).resolves.toMatchObject({ stdout: 'There are no groups.\n' });
});

test('roles are made, given and taken', async () => {
  await json('role', 'create', 'helpers', '--scope', 'access:servers', '-s', 'list:users', '--description', 'Help');
  await expect(tshubctl('role', 'grant', 'helpers', '--user', 'ada', '--user', 'bob')).resolves.toEqual({
    exit: 0,
    stdout: 'user ada has the role helpers\nuser bob has the role helpers\n',
    stderr: '',
  });
  await json('role', 'revoke', 'helpers', '--user', 'bob');
  expect(await json('role', 'show', 'helpers')).toMatchObject({
    role: { name: 'helpers', scopes: ['access:servers', 'list:users'], users: ['ada'] },
  });
  expect(await json('role', 'update', 'helpers', '--scope', 'list:users', '--description', 'Help')).toMatchObject({
    role: { scopes: ['list:users'], users: ['ada'] },
  });
  expect((await tshubctl('role', 'list')).stdout).toMatch(/helpers +made here +1 user +Help\n/);
  await json('role', 'grant', 'admin', '--user', 'bob');
  expect((await t.user('ada')).admin).toBe(false);
  expect((await t.hub.users.byName('bob'))?.admin).toBe(true);
  await expect(tshubctl('role', 'delete', 'admin')).resolves.toMatchObject({
    exit: 2,
    stderr: 'tshubctl: Role admin is built in and cannot be changed here\n',
  });
  await json('role', 'delete', 'helpers');
  await expect(tshubctl('role', 'grant', 'admin')).resolves.toMatchObject({
    exit: 2,
    stderr: 'tshubctl: role grant: expected --user, --group or --service\n',
  });
});

test('tokens are made, listed and revoked; a made one is all that is printed', async () => {
  const made = await tshubctl('token', 'create', '--user', 'ada', '--scope', 'read:users!user', '--expires-in', '1h');
  expect(made).toEqual({ exit: 0, stdout: expect.stringMatching(/^[0-9a-f]{32}\n$/), stderr: '' });
  const token = made.stdout.trim();
  expect((await t.api('/users/ada', { token })).json()).toMatchObject({ name: 'ada' });
  expect(wishes).toEqual([['tokens!user=ada']]);
  const { tokens } = (await json('token', 'list', '--user', 'ada')) as { tokens: Array<{ id: string; note: string }> };
  expect(tokens).toMatchObject([{ note: 'Made by root with tshubctl', user: 'ada' }]);
  await json('token', 'revoke', tokens[0]?.id ?? '', '--user', 'ada');
  expect((await t.api('/user', { token })).status).toBe(403);
  const seeded = (await json('token', 'create', '-u', 'ada', '--note', 'ci', '-r', 'user')) as { token: unknown };
  expect(seeded.token).toMatchObject({ user: 'ada', note: 'ci', token: expect.any(String) as unknown });
  await expect(tshubctl('token', 'create', '--user', 'ada', '--scope', 'admin:users')).resolves.toMatchObject({
    exit: 2,
    stdout: '',
  });
  await expect(tshubctl('token', 'list')).resolves.toMatchObject({
    exit: 2,
    stderr: 'tshubctl: --user: expected a user, since root is none of the hub\n',
  });
});

test('services are made with a token from a file, shown and deleted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-ctl-'));
  const file = join(folder, 'token');
  const token = 'a-token-of-a-service-that-is-long-enough';
  writeFileSync(file, `${token}\n`);
  await json('service', 'create', 'grader', '--redirect-uri', 'https://grader.example/cb', '--token-file', file);
  expect((await t.api('/user', { token })).json()).toMatchObject({ kind: 'service', name: 'grader' });
  expect((await tshubctl('service', 'list')).stdout).toMatch(/^SERVICE +STATE +URL +ROLES\n(.*\n)*grader/);
  expect(await json('service', 'show', 'grader')).toMatchObject({ service: { name: 'grader', admin: false } });
  await json('service', 'delete', 'grader');
  expect((await t.api('/user', { token })).status).toBe(403);
  await expect(tshubctl('service', 'show', 'grader')).resolves.toMatchObject({ exit: 3 });
  await expect(tshubctl('service', 'create', 'x', '--token-file', '/nonexistent')).resolves.toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('token-file: cannot be read'),
  });
  rmSync(folder, { recursive: true });
});

test('the hub is shut down, which needs no more than that scope', async () => {
  expect((await tshubctl('shutdown')).stdout).toBe(
    'the hub ends, servers run on; start it again: systemctl start tshub\n',
  );
  expect(wishes).toEqual([['shutdown']]);
  expect(t.logged.filter((entry) => entry['event'] === 'shutdown')).toHaveLength(1);
});

test('servers are shared with users and groups, by a link, and with nobody any more', async () => {
  await json('group', 'create', 'staff', '--user', 'bob');
  await t.api('/users/ada/servers/lab', { method: 'PUT', token: await t.token('ada'), json: {} });
  await expect(tshubctl('share', 'grant', 'ada', 'lab', '--user', 'bob', '-g', 'staff')).resolves.toEqual({
    exit: 0,
    stdout:
      'server ada/lab is shared with user bob: access:servers\nserver ada/lab is shared with group staff: access:servers\n',
    stderr: '',
  });
  await json('share', 'grant', 'ada', 'lab', '--user', 'bob', '--scope', 'start:servers');
  expect((await tshubctl('share', 'list', 'ada')).stdout).toMatch(
    /^SERVER +WITH +SCOPES\nada\/lab +user bob +access:servers, start:servers\nada\/lab +group staff +access:servers\n$/,
  );
  expect(await json('share', 'list', 'ada', 'lab')).toMatchObject({ shares: [{ kind: 'user' }, { kind: 'group' }] });
  await expect(tshubctl('share', 'revoke', 'ada', 'lab', '-u', 'bob', '-s', 'start:servers')).resolves.toMatchObject({
    stdout: 'server ada/lab is shared with user bob: access:servers\n',
  });
  await expect(tshubctl('share', 'revoke', 'ada', 'lab', '-u', 'bob')).resolves.toMatchObject({
    stdout: 'server ada/lab is shared with user bob: nothing\n',
  });
  expect(await json('share', 'revoke', 'ada', 'lab', '--everyone')).toEqual({ left: [] });
  await expect(tshubctl('share', 'list', 'ada')).resolves.toMatchObject({ stdout: 'ada shares nothing.\n' });
  expect((await tshubctl('share', 'code', 'ada', 'lab', '--expires-in', '2h')).stdout).toMatch(
    /^\/hub\/accept-share\?code=[\w-]{43}\n$/,
  );
  const { codes } = (await json('share', 'codes', 'ada')) as { codes: { id: string }[] };
  expect(codes).toHaveLength(1);
  expect((await tshubctl('share', 'codes', 'ada', 'lab')).stdout).toMatch(
    /^ID +SERVER +SCOPES +MADE +UNTIL +USED\n\w+ +ada\/lab +access:servers +\d+ d ago +\S+ +0 times\n$/,
  );
  await expect(tshubctl('share', 'revoke', 'ada', 'lab', '--code', codes[0]?.id ?? '')).resolves.toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('lets into server ada/lab no longer') as string,
  });
  await expect(json('share', 'codes', 'ada')).resolves.toEqual({ codes: [] });
  expect(wishes).toContainEqual(['shares!user=ada', 'read:users:name!user=bob', 'start:servers!server=ada/lab']);
});

test.each([
  [['share', 'grant', 'ada', 'lab'], 2, 'expected --user NAME or --group NAME'],
  [['share', 'list'], 2, 'root is none of the hub'],
  [['share', 'grant', 'ada', 'lab', '--user', 'bob'], 3, 'Server ada/lab not found'],
  [['share', 'list', 'nobody'], 3, 'User nobody not found'],
])('%j is refused with %d', async (args, exit, sentence) => {
  const ran = await tshubctl(...args);
  expect([ran.exit, ran.stdout]).toEqual([exit, '']);
  expect(ran.stderr).toContain(sentence);
});
