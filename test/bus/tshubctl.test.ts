import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, type Bus } from '@tshub/bus';
import { schema } from '@tshub/config';
import { culler1, hub1, proxy1, serverUnit, TshubError, type WireDict } from '@tshub/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPrivateBus, type PrivateBus } from '../support/private-bus.ts';

const main = new URL('../../packages/tshubctl/src/main.ts', import.meta.url).pathname;
const now = BigInt(Date.now());

let daemon: PrivateBus;
let bus: Bus;
let folder: string;
let asked: unknown[][];

const server = (user: string, name: string): WireDict => ({
  user,
  server: name,
  unit: serverUnit(user, name),
  ready: true,
  pending: '',
  started: now,
  lastActivity: 0n,
  profile: '',
  url: `/user/${user}/${name}`,
});
const users = Array.from({ length: 450 }, (_, i): WireDict => ({
  name: `user${i}`,
  admin: i === 0,
  created: 0n,
  lastActivity: 0n,
  guest: false,
  activeServers: i % 2,
}));

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

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tshubctl-'));
  daemon = await startPrivateBus();
  bus = await connectBus({ address: daemon.address });
  const options = { accountUid: async () => 0 };
  bus.serve(
    hub1,
    {
      methods: {
        AnnounceEnds: async () => undefined,
        GetServer: async (_, user, name) => {
          if (user === 'nobody') throw new TshubError('not_found', { what: 'user nobody' });
          return {
            ...server(user, name),
            active: 'active',
            sub: 'running',
            uid: 1000,
            memoryCurrent: 1_610_612_736n,
            memoryMax: 2_147_483_648n,
          };
        },
        GetSettings: async (): Promise<[string, string[]]> => [JSON.stringify(schema.parse({})), ['hub.name']],
        GetStatus: async () => ({ version: 'x' }),
        ImportPeer: async () => Promise.reject(new TshubError('forbidden', { problem: 'no' })),
        IssueToken: async () => Promise.reject(new TshubError('forbidden', { problem: 'no' })),
        KeepServer: async (_, user, name, until) => {
          asked.push(['keep', user, name, until]);
          const ends = { endsAt: 1n, endsRule: 'idle', endsWhy: 'idle for 60 minutes', endsLatest: 2n, warned: false };
          return { ...server(user, name), ...ends, keptUntil: 2n };
        },
        ListServers: async () => [server('ada', ''), server('bob', 'lab')],
        ListUsage: async () => [
          { user: 'ada', server: '', memoryCurrent: 1_610_612_736n, cpuNanoseconds: 5_000_000_000n, tasks: 12n },
          { user: 'bob', server: 'lab', memoryCurrent: 2_147_483_648n },
          { user: 'ada', memoryCurrent: 1_610_612_736n },
        ],
        ListUsers: async (_, offset, limit): Promise<[WireDict[], number]> => [
          users.slice(offset, offset + limit),
          users.length,
        ],
        RemoveServer: async () => undefined,
        RemoveUser: async () => undefined,
        SetServerLimits: async (_, user, name, limits) => void asked.push(['limit', user, name, limits]),
        StartServer: async (_, user, name, choices) => {
          asked.push(['start', user, name, choices]);
          if (user === 'eve')
            throw new TshubError('forbidden', { problem: 'to start the server of eve, be in the group tshub-admin' });
          return server(user, name);
        },
        StopServer: async (_, user, name, reason) => void asked.push(['stop', user, name, reason]),
        WatchServers: async () => undefined,
      },
      properties: { ActiveServers: () => 2, Version: () => 'x' },
    },
    options,
  );
  bus.serve(
    culler1,
    {
      methods: {
        CullNow: async (_, isDryRun) => {
          asked.push(['cull', isDryRun]);
          return [
            {
              kind: 'server',
              user: 'ada',
              server: '',
              cull: true,
              why: 'idle for 61 minutes (limit 60)',
              seconds: 0,
              explain: ['limits: [culler]: timeout 60 minutes'],
            },
            { kind: 'server', user: 'bob', server: 'lab', cull: false, why: 'not ready yet', seconds: -1, explain: [] },
          ];
        },
        GetSettings: async (): Promise<[string, string[]]> => [JSON.stringify(schema.parse({})), []],
        GetStatus: async () => ({}),
      },
      properties: { Version: () => 'x' },
    },
    options,
  );
  await bus.own(hub1.busName);
  await bus.own(culler1.busName);
});

beforeEach(() => {
  asked = [];
});

afterAll(async () => {
  await bus.close();
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

test('top shows what is used, and the sums of users by themselves', async () => {
  const all = await tshubctl('top');
  expect(all).toMatchObject({ exit: 0, stderr: '' });
  expect(all.stdout).toMatch(/^USER +SERVER +CPU +CPU TIME +MEMORY +LIMIT +PEAK +TASKS +READ +WRITTEN\n/);
  expect(all.stdout).toMatch(/\nada +\(default\) +0 % +5 s +1.5 GiB +– +– +12 +– +–\n/);
  const { usage } = JSON.parse((await tshubctl('top', '--users', '--json')).stdout) as { usage: unknown[] };
  expect(usage).toMatchObject([{ user: 'ada', server: null, memory_current: 1_610_612_736 }]);
});

test('server restart stops and starts', async () => {
  expect(await tshubctl('server', 'restart', 'ada')).toMatchObject({ exit: 0 });
  expect(asked).toEqual([
    ['stop', 'ada', '', expect.stringContaining('restarted by')],
    ['start', 'ada', '', {}],
  ]);
});

test('server keep puts off the end of a server, until a time or as long as may be', async () => {
  const { exit, stdout } = await tshubctl('server', 'keep', 'ada');
  expect([exit, stdout]).toEqual([
    0,
    'the server of ada ends now unless used (idle for 60 minutes); kept by its user; may be kept until 1970-01-01T00:00:00.002Z\n',
  ]);
  const { stdout: json } = await tshubctl('server', 'keep', 'ada', 'lab', '--until', '2030-01-31T12:00:00Z', '--json');
  expect((JSON.parse(json) as { server: unknown }).server).toMatchObject({
    ends: { rule: 'idle', why: 'idle for 60 minutes', warned: false, kept_until: '1970-01-01T00:00:00.002Z' },
  });
  expect(asked.slice(-2)).toEqual([
    ['keep', 'ada', '', 0n],
    ['keep', 'ada', 'lab', 1_896_091_200_000n],
  ]);
  expect(await tshubctl('server', 'keep', 'ada', '--until', 'soon')).toMatchObject({ exit: 2 });
});

test('server set-limit takes limits as the settings have them', async () => {
  const set = await tshubctl('server', 'set-limit', 'ada', '-l', 'mem_limit=1G', '-l', 'cpu_limit=1.5');
  expect(set).toMatchObject({ exit: 0, stdout: expect.stringContaining('until it ends') });
  expect(asked).toEqual([['limit', 'ada', '', { mem_limit: 1_073_741_824n, cpu_limit: 1500n }]]);
  expect(await tshubctl('server', 'set-limit', 'ada', '-l', 'ram=1G')).toMatchObject({ exit: 2 });
});

test('server list shows every server, or those of one user', async () => {
  const all = await tshubctl('server', 'list');
  expect(all).toMatchObject({ exit: 0, stderr: '' });
  expect(all.stdout).toMatch(
    /^USER +SERVER +STATE +STARTED +ACTIVITY +ENDS +UNIT\nada +\(default\) +ready +just now +never +- +tshub-server-ada\.service\nbob +lab +ready .*\n$/,
  );
  const { servers } = JSON.parse((await tshubctl('server', 'list', 'bob', '--json')).stdout) as { servers: unknown[] };
  expect(servers).toEqual([
    {
      user: 'bob',
      server: 'lab',
      unit: 'tshub-server-bob-lab.service',
      ready: true,
      pending: null,
      started: new Date(Number(now)).toISOString(),
      last_activity: null,
      profile: '',
      url: '/user/bob/lab',
      ends: null,
    },
  ]);
});

test('server show tells what a server uses', async () => {
  const { stdout } = await tshubctl('server', 'show', 'ada');
  expect(stdout).toContain('Memory: 1.5 GiB of 2.0 GiB\n');
  expect(stdout).toContain('Runs as: uid 1000\n');
});

test('what does not exist has exit code 3 and one sentence', async () => {
  await expect(tshubctl('server', 'show', 'nobody')).resolves.toEqual({
    exit: 3,
    stdout: '',
    stderr: 'tshubctl: user nobody not found\n',
  });
});

test('server start carries options and says where the server is', async () => {
  await expect(tshubctl('server', 'start', 'ada', 'lab', '-o', 'mem=2G', '-o', 'note=a=b')).resolves.toEqual({
    exit: 0,
    stdout: 'the server "lab" of ada is ready: /user/ada/lab\n',
    stderr: '',
  });
  expect(asked).toEqual([['start', 'ada', 'lab', { mem: '2G', note: 'a=b' }]]);
});

test('server start carries the profile', async () => {
  await expect(tshubctl('server', 'start', 'ada', '--profile', 'big', '-o', 'cores=2')).resolves.toMatchObject({
    exit: 0,
  });
  expect(asked).toEqual([['start', 'ada', '', { cores: '2', profile: 'big' }]]);
});

test('what is forbidden has exit code 4, and JSON when asked for', async () => {
  const ran = await tshubctl('--json', 'server', 'start', 'eve');
  expect(ran).toMatchObject({ exit: 4, stdout: '' });
  expect(JSON.parse(ran.stderr)).toEqual({
    error: { code: 'forbidden', message: 'to start the server of eve, be in the group tshub-admin' },
  });
});

test('server stop carries the reason', async () => {
  await expect(tshubctl('server', 'stop', 'ada', '--reason', 'maintenance')).resolves.toMatchObject({
    exit: 0,
    stdout: 'the server of ada has stopped\n',
  });
  expect(asked).toEqual([['stop', 'ada', '', 'maintenance']]);
});

test('user list reads all pages', async () => {
  const { users: listed } = JSON.parse((await tshubctl('user', 'list', '--json')).stdout) as { users: unknown[] };
  expect(listed).toHaveLength(450);
  expect(listed[0]).toEqual({ name: 'user0', admin: true, last_activity: null, active_servers: 0 });
});

test('cull --dry-run explains every server, cull tells what was stopped', async () => {
  const dry = await tshubctl('cull', '--dry-run');
  expect(dry.stdout).toMatch(
    /USER +SERVER +WOULD STOP +WHY\nada +\(default\) +now +idle for 61 minutes \(limit 60\)\nbob +lab +never +not ready yet\n/,
  );
  const explained = await tshubctl('cull', '--dry-run', '--explain', 'ada');
  expect(explained.stdout).toMatch(/WHY\nada [^\n]*\n {4}limits: \[culler\]: timeout 60 minutes\n$/);
  const { decisions } = JSON.parse((await tshubctl('cull', '-n', '-e', '--json', 'bob')).stdout) as {
    decisions: unknown;
  };
  expect(decisions).toEqual([
    { kind: 'server', user: 'bob', server: 'lab', cull: false, why: 'not ready yet', seconds: null, explain: [] },
  ]);
  expect(await tshubctl('cull', 'ada')).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('--dry-run') as string,
  });
  asked = asked.slice(0, 1);
  const real = await tshubctl('cull');
  expect(real.stdout).toMatch(/USER +SERVER +STOPPED +WHY\nada [^\n]*\n$/);
  expect(asked).toEqual([
    ['cull', true],
    ['cull', false],
  ]);
});

test('a daemon that is not running is an advice, with exit code 5', async () => {
  await expect(bus.nameHasOwner(proxy1.busName)).resolves.toBe(false);
  await expect(tshubctl('route', 'list')).resolves.toEqual({
    exit: 5,
    stdout: '',
    stderr: 'tshubctl: tshub-proxyd.service is not running: systemctl start tshub-proxyd\n',
  });
});

test('a mistake in the typing has exit code 2 and does nothing', async () => {
  for (const args of [
    ['server', 'strat'],
    ['cull', '--dry'],
    ['server', 'start', 'a', 'b', 'c'],
    ['server', 'start', '-o', 'x'],
  ]) {
    const ran = await tshubctl(...args);
    expect(ran).toMatchObject({ exit: 2, stdout: '' });
    expect(ran.stderr).not.toContain('    at ');
  }
  expect(asked).toEqual([]);
});

test('config check names file, key, expected and found, with exit code 78', async () => {
  const file = join(folder, 'tshub.toml');
  writeFileSync(file, '[culler]\ntimeout = "soon"\n');
  await expect(tshubctl('config', 'check', file)).resolves.toEqual({
    exit: 78,
    stdout: '',
    stderr: `tshubctl: ${file}: culler.timeout: expected a number, found "soon"\n`,
  });
  await expect(tshubctl('config', 'check', join(folder, 'missing'))).resolves.toMatchObject({ exit: 3 });
});

test('config diff tells what is not the default, what is not in use, and who does not run', async () => {
  const file = join(folder, 'diff.toml');
  writeFileSync(file, '[culler]\ntimeout = 120\n[hub]\nname = "Lab"\n[spawner.environment]\nKEY = "hush-hush"\n');
  const { exit, stdout } = await tshubctl('config', 'diff', file);
  expect(exit).toBe(5);
  expect(stdout).toMatch(/^Not the default:\nKEY +VALUE +DEFAULT +FILE\nculler.timeout +120 +\d+ +\/.*diff.toml\n/);
  expect(stdout).toMatch(/\nspawner.environment.KEY +\(hidden\) +- /);
  expect(stdout).toMatch(/Not in use yet:\nKEY +FILES +IN USE +TO APPLY\n/);
  expect(stdout).toMatch(/\nculler.timeout +120 +\d+ +systemctl reload tshub-cullerd\n/);
  expect(stdout).toMatch(/\nhub.name +"Lab" +"[^"]*" +systemctl restart tshub\n/);
  expect(stdout).toMatch(/\n\ntshub-proxyd.service is not running: systemctl start tshub-proxyd\n$/);
  expect(stdout).not.toContain('hush-hush');
  const json = JSON.parse((await tshubctl('config', 'diff', file, '--json')).stdout) as Record<string, unknown[]>;
  expect(json['not_default']?.[0]).toEqual({ key: 'culler.timeout', value: 120, default: expect.any(Number), file });
  expect(json['not_in_use']?.map((one) => (one as { unit: string }).unit)).toContain('tshub-cullerd.service');
});

test('what config show prints is the same settings again', async () => {
  const file = join(folder, 'good.toml');
  writeFileSync(file, '[culler]\ntimeout = 120\n');
  const first = await tshubctl('config', 'show', file);
  expect(first.stdout).toContain('timeout = 120');
  writeFileSync(file, first.stdout);
  expect((await tshubctl('config', 'show', file)).stdout).toBe(first.stdout);
});

test.each([
  [
    'tshubctl ',
    [
      'backup',
      'completion',
      'config',
      'cull',
      'doctor',
      'group',
      'import-jupyterhub',
      'log',
      'restore',
      'role',
      'route',
      'server',
      'service',
      'share',
      'shutdown',
      'status',
      'token',
      'top',
      'user',
      '--json',
    ],
  ],
  ['tshubctl server st', ['start', 'stop']],
  ['tshubctl server stop ada --re', ['--reason']],
  ['tshubctl group ', ['add', 'create', 'delete', 'list', 'remove', 'set-property', 'show', '--json']],
  ['tshubctl share ', ['code', 'codes', 'grant', 'leave', 'list', 'received', 'revoke', '--json']],
  ['tshubctl user set-admin ada ', ['yes', 'no', '--json']],
])('bash completes "%s"', async (line, expected) => {
  const file = join(folder, 'completion');
  writeFileSync(file, (await tshubctl('completion', 'bash')).stdout);
  const words = line
    .split(' ')
    .map((word) => `'${word}'`)
    .join(' ');
  const script = `source ${file}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _tshubctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const stdout = await new Promise<string>((resolve) =>
    execFile('bash', ['-c', script], (_, output) => resolve(output)),
  );
  expect(stdout.trim().split('\n')).toEqual(expected);
});
