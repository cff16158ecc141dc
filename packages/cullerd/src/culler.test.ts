import { schema } from '@tshub/config';
import { TshubError, type WireDict } from '@tshub/contract';
import { makeLog } from '@tshub/daemon';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeCuller, type HubCalls } from './culler.ts';
import { secondsBetweenRounds, secondsToNextRound } from './schedule.ts';

let clock: number;
let servers: WireDict[];
let stopped: string[];
let told: WireDict[];
let atOnce: number;
let records: Record<string, unknown>[];
let hub: { -readonly [M in keyof HubCalls]: HubCalls[M] };
let settings: ReturnType<typeof schema.parse>['culler'];

const base = { unit: 'u', ready: true, pending: '', started: 1n, profile: '', url: '/' };

function idle(user: string, seconds: number, server = ''): WireDict {
  return { ...base, user, server, lastActivity: BigInt(clock - seconds * 1000) };
}

function culler() {
  const output = { write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>) };
  const log = makeLog({ name: 'test', journal: false, output });
  return makeCuller({ hub, settings: () => settings, now: () => clock, log });
}

beforeEach(() => {
  clock = 1_000_000_000_000;
  servers = [];
  stopped = [];
  told = [];
  records = [];
  atOnce = 0;
  settings = schema.parse({ culler: { timeout: 3600 } }).culler;
  let running = 0;
  hub = {
    AnnounceEnds: async (ends) => void told.push(...ends),
    ListServers: async () => servers,
    StopServer: async (user, server, reason) => {
      running += 1;
      atOnce = Math.max(atOnce, running);
      await Promise.resolve();
      running -= 1;
      stopped.push(`${user}/${server}: ${reason}`);
    },
  };
});

describe('a round', () => {
  test('stops what is idle and nothing else, and says why', async () => {
    servers = [idle('ada', 3660), idle('bob', 60), idle('eve', 7200, 'lab')];
    await culler().tick();
    expect(stopped).toEqual(['ada/: idle for 61 minutes (limit 60)', 'eve/lab: idle for 120 minutes (limit 60)']);
    expect(records.map(({ event, user, msg }) => [event, user, msg])).toEqual([
      ['server-culled', 'ada', 'stopped the server of ada: idle for 61 minutes (limit 60)'],
      ['server-culled', 'eve', 'stopped the server "lab" of eve: idle for 120 minutes (limit 60)'],
    ]);
  });

  test('tells the hub of all ends in one call, and says nothing that the hub shows already', async () => {
    servers = [idle('ada', 60), idle('bob', 3100), { ...idle('eve', 60), pending: 'stop', ready: false, endsAt: 5n }];
    const one = culler();
    await one.tick();
    expect(told).toMatchObject([
      { user: 'ada', at: BigInt(clock + 3_540_000), why: 'idle for 60 minutes', warned: false },
      { user: 'bob', at: BigInt(clock + 500_000), latest: BigInt(clock + 14_900_000), warned: true },
      { user: 'eve', at: 0n },
    ]);
    expect(records.map(({ event, user }) => [event, user])).toEqual([['server-warned', 'bob']]);
    servers = [0, 1].map((i) => {
      const { at, latest, why, rule, warned } = told[i] as WireDict;
      const shown = { endsAt: at, endsLatest: latest, endsWhy: why, endsRule: rule, warned };
      return { ...servers[i], ...shown } as WireDict;
    });
    told = [];
    await one.tick();
    expect([told, records.length]).toEqual([[], 1]);
  });

  test('is due when the first server ends or is to be warned of', async () => {
    servers = [idle('ada', 60)];
    const one = culler();
    expect(one.due()).toBe(Infinity);
    await one.tick();
    expect(one.due()).toBe(2940);
    servers = [idle('ada', 3000)];
    await one.tick();
    expect(one.due()).toBe(600);
  });

  test('takes back what it said when the culler is switched off', async () => {
    servers = [idle('ada', 60)];
    const one = culler();
    await one.tick();
    servers = [{ ...idle('ada', 60), endsAt: 5n }];
    settings = { ...settings, enabled: false };
    told = [];
    await one.tick();
    await one.tick();
    expect(told).toMatchObject([{ user: 'ada', at: 0n }]);
  });

  test('that is dry stops nothing and tells the same', async () => {
    servers = [idle('ada', 3660), idle('bob', 60)];
    const decisions = await culler().round(true);
    expect(decisions.map(({ user, cull, seconds }) => [user, cull, seconds])).toEqual([
      ['ada', true, 0],
      ['bob', false, 3540],
    ]);
    expect(stopped).toEqual([]);
  });

  test('has no more stops under way than it may', async () => {
    settings = { ...settings, concurrency: 3 };
    servers = Array.from({ length: 20 }, (_, i) => idle(`u${i}`, 9999));
    await culler().tick();
    expect(stopped).toHaveLength(20);
    expect(atOnce).toBe(3);
  });

  test('never runs beside another one', async () => {
    servers = [idle('ada', 9999)];
    let lists = 0;
    let release = () => undefined as void;
    hub = { ...hub, ListServers: () => new Promise((resolve) => ((lists += 1), (release = () => resolve(servers)))) };
    const both = [culler()].flatMap((one) => [one.tick(), one.round(true)]);
    await Promise.resolve();
    await Promise.resolve();
    expect(lists).toBe(1);
    release();
    await both[0];
    await expect.poll(() => lists).toBe(2);
    release();
    await Promise.all(both);
  });

  test('does nothing by itself when the culler is switched off', async () => {
    settings = { ...settings, enabled: false };
    servers = [idle('ada', 9999)];
    const one = culler();
    await one.tick();
    expect(stopped).toEqual([]);
    await one.round(false);
    expect(stopped).toHaveLength(1);
  });
});

describe('trouble', () => {
  test('a hub that is away is told once, and the next round tries again', async () => {
    let isAway = true;
    hub.ListServers = async () => {
      if (isAway) throw new TshubError('daemon_away', { unit: 'tshub.service' });
      return servers;
    };
    const one = culler();
    await one.tick();
    await one.tick();
    expect(one.status().problem).toBe('tshub.service does not answer; see: systemctl status tshub.service');
    expect(records).toHaveLength(1);
    isAway = false;
    servers = [idle('ada', 9999)];
    await one.tick();
    expect(one.status()).toMatchObject({ problem: '', culled: 1, lastRound: BigInt(clock) });
  });

  test('one server that cannot be stopped does not keep the others running', async () => {
    servers = [idle('ada', 9999), idle('bob', 9999)];
    const stop = hub.StopServer;
    hub = {
      ...hub,
      StopServer: async (user, server, why) =>
        user === 'ada' ? Promise.reject(new Error('no such luck')) : stop(user, server, why),
    };
    const one = culler();
    await one.tick();
    expect(stopped).toHaveLength(1);
    expect(one.status()).toMatchObject({ problem: 'no such luck', culled: 1 });
    await expect(one.round(false)).resolves.toMatchObject([
      { user: 'ada', cull: false, why: 'could not be stopped: no such luck' },
      { user: 'bob', cull: true },
    ]);
  });

  test('a server that ended meanwhile is no trouble', async () => {
    servers = [idle('ada', 9999)];
    hub = { ...hub, StopServer: async () => Promise.reject(new TshubError('not_running', { server: 'ada/' })) };
    const one = culler();
    await expect(one.round(false)).resolves.toMatchObject([{ cull: false, why: 'ended by itself' }]);
    expect(one.status()).toMatchObject({ problem: '', culled: 0 });
  });

  test('an answer in another form is a problem that says so', async () => {
    servers = [{ user: 'ada' }];
    const one = culler();
    await one.tick();
    expect(one.status().problem).toContain('is it of another version?');
  });
});

test.each([
  [{ cull_every: 0, timeout: 3600 }, 600],
  [{ cull_every: 0, timeout: 600 }, 300],
  [{ cull_every: 0, timeout: 1 }, 1],
  [{ cull_every: 30, timeout: 3600 }, 30],
  [{ cull_every: 0.1, timeout: 3600 }, 1],
])('between rounds with %j are %d seconds', (values, expected) => {
  expect(secondsBetweenRounds(values)).toBe(expected);
});

test('after a round that failed the next one is soon, unless rounds are more frequent than that', () => {
  expect(secondsToNextRound({ ...settings, cull_every: 0, timeout: 3600 }, true)).toBe(10);
  expect(secondsToNextRound({ ...settings, cull_every: 2, timeout: 3600 }, true)).toBe(2);
  expect(secondsToNextRound({ ...settings, cull_every: 0, timeout: 3600 }, false)).toBe(600);
});

test.each([
  [600, 60, 60],
  [600, 0, 15],
  [600, 9999, 600],
  [5, 0, 5],
])('with rounds every %d s, something due in %d s has the next one after %d s', (cull_every, due, expected) => {
  expect(secondsToNextRound({ ...settings, cull_every }, false, due)).toBe(expected);
});
