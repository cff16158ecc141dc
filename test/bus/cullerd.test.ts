import { spawn, type ChildProcess } from 'node:child_process';
import { connectBus, type Bus } from '@tshub/bus';
import { culler1, hub1, type WireDict } from '@tshub/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPrivateBus, type PrivateBus } from '../support/private-bus.ts';

let daemon: PrivateBus;
let hub: Bus;
let client: Bus;
let cullerd: ChildProcess;
let ended: Promise<number | null>;
let stopped: string[];
let told: WireDict[];
let watchers: string[];
let lists: number;
/** Whether the hub has servers yet: the culler looks by itself when it finds a hub. */
let isBusy: boolean;

const entry = { unit: 'u', ready: true, pending: '', started: 1n, profile: '', url: '/' };
const servers = (): WireDict[] => [
  { ...entry, user: 'ada', server: '', lastActivity: 1n },
  { ...entry, user: 'bob', server: 'lab', lastActivity: BigInt(Date.now()) },
];

/** A hub as far as the culler sees it. */
async function serveHub(bus: Bus): Promise<void> {
  const refuse = async () => Promise.reject(new Error('not part of this test'));
  bus.serve(
    hub1,
    {
      methods: {
        AnnounceEnds: async (_, ends) => void told.push(...ends),
        GetServer: refuse,
        GetSettings: refuse,
        GetStatus: refuse,
        ImportPeer: refuse,
        IssueToken: refuse,
        KeepServer: refuse,
        ListServers: async () => {
          lists += 1;
          return isBusy
            ? servers().filter(({ user }) => !stopped.some((one) => one.startsWith(`${String(user)}/`)))
            : [];
        },
        ListUsage: refuse,
        ListUsers: refuse,
        RemoveServer: refuse,
        RemoveUser: refuse,
        SetServerLimits: refuse,
        StartServer: refuse,
        StopServer: async (_, user, server, reason) => void stopped.push(`${user}/${server}: ${reason}`),
        WatchServers: async ({ sender }) => void watchers.push(sender),
      },
      properties: { ActiveServers: () => 2, Version: () => 'test' },
    },
    { accountUid: async () => 0 },
  );
  await bus.own(hub1.busName);
}

beforeAll(async () => {
  stopped = [];
  told = [];
  watchers = [];
  lists = 0;
  isBusy = false;
  daemon = await startPrivateBus();
  hub = await connectBus({ address: daemon.address });
  client = await connectBus({ address: daemon.address });
  const there = new Promise<void>((resolve) => {
    void client.onOwnerChange(culler1.busName, (owner) => owner !== null && resolve());
  });
  const main = new URL('../../packages/cullerd/src/main.ts', import.meta.url).pathname;
  cullerd = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: daemon.address },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  ended = new Promise((resolve) => cullerd.once('exit', resolve));
  await there;
}, 30_000);

afterAll(async () => {
  await client.close();
  await hub.close();
  await daemon.stop();
});

test('without a hub the culler waits, and says what is wrong', async () => {
  const calls = client.calls(culler1);
  await expect.poll(async () => (await calls.GetStatus())['problem']).toContain('tshub.service does not answer');
  await expect(calls.CullNow(true)).rejects.toMatchObject({ code: 'daemon_away' });
});

test('a dry run tells what would be stopped, and a round stops it with the reason', async () => {
  await serveHub(hub);
  await expect.poll(() => lists, { timeout: 15_000 }).toBe(1);
  isBusy = true;
  const calls = client.calls(culler1);
  const decisions = await calls.CullNow(true);
  expect(decisions.map(({ user, cull }) => [user, cull])).toEqual([
    ['ada', true],
    ['bob', false],
  ]);
  expect(stopped).toEqual([]);
  await calls.CullNow(false);
  expect(stopped).toEqual([expect.stringMatching(/^ada\/: idle for \d+ minutes \(limit 60\)$/)]);
  await expect(calls.GetStatus()).resolves.toMatchObject({ culled: 1, enabled: true, timeout: 3600, every: 600 });
});

test('it watches the hub, tells when servers end, and looks when one is ready', async () => {
  await expect.poll(() => new Set(watchers).size).toBe(1);
  expect(told).toContainEqual(expect.objectContaining({ user: 'bob', server: 'lab', why: 'idle for 60 minutes' }));
  const before = lists;
  hub.emit(hub1, 'ServerChanged', ['bob', 'lab', 'stopped'], watchers[0]);
  hub.emit(hub1, 'ServerChanged', ['bob', 'lab', 'ready'], watchers[0]);
  await expect.poll(() => lists, { timeout: 10_000 }).toBe(before + 1);
});

test('a reload is survived, and SIGTERM ends it well', async () => {
  cullerd.kill('SIGHUP');
  await expect(client.calls(culler1).GetStatus()).resolves.toMatchObject({ culled: 1 });
  cullerd.kill('SIGTERM');
  await expect(ended).resolves.toBe(0);
});
