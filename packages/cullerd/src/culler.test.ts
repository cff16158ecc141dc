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
let authenticator: 'guest' | 'pam';
let users: WireDict[];
let pressure: number | null;
let calls: string[];

const base = { unit: 'u', ready: true, pending: '', started: 1n, profile: '', url: '/' };

function idle(user: string, seconds: number, server = ''): WireDict {
  return { ...base, user, server, lastActivity: BigInt(clock - seconds * 1000) };
}

function culler() {
  const output = { write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>) };
  const log = makeLog({ name: 'test', journal: false, output });
  const steady = {
    now: () => clock,
    since: (moment: bigint | number) => Math.max(0, (clock - Number(moment)) / 1000),
  };
  const all = schema.parse({ login: { authenticator }, spawner: { dynamic_users: true } });
  return makeCuller({
    hub,
    settings: () => ({ ...all, culler: settings }),
    clock: steady,
    cpu: { look: async () => [] },
    pressure: async () => pressure,
    log,
  });
}

beforeEach(() => {
  clock = 1_000_000_000_000;
  servers = [];
  stopped = [];
  told = [];
  users = [];
  authenticator = 'pam';
  pressure = null;
  calls = [];
  records = [];
  atOnce = 0;
  settings = schema.parse({ culler: { timeout: 3600 } }).culler;
  let running = 0;
  hub = {
    AnnounceEnds: async (ends) => void told.push(...ends),
    ListServers: async () => servers,
    ListUsers: async (offset, limit): Promise<[WireDict[], number]> => [
      users.slice(offset, offset + limit),
      users.length,
    ],
    RemoveServer: async (user, server) => void stopped.push(`${user}/${server} removed`),
    RemoveUser: async (user) => void stopped.push(`${user} deleted`),
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

/** Counts what the hub is asked. */
function count(): void {
  for (const [name, call] of Object.entries(hub))
    hub = {
      ...hub,
      [name]: (...args: never[]) => (calls.push(name), (call as (...given: never[]) => unknown)(...args)),
    };
}

test('a round over 5,000 servers is one call, and two when there is news of ends', async () => {
  servers = Array.from({ length: 5000 }, (_, i) => idle(`u${i}`, 60));
  count();
  const one = culler();
  await one.tick();
  expect(calls).toEqual(['ListServers', 'AnnounceEnds']);
  servers = servers.map((server, i) => {
    const { at, latest, why, rule, warned } = told[i] as WireDict;
    return { ...server, endsAt: at, endsLatest: latest, endsWhy: why, endsRule: rule, warned } as WireDict;
  });
  calls = [];
  await one.tick();
  expect(calls).toEqual(['ListServers']);
});

describe('limits', () => {
  const limitsOf = (culler: object) => (settings = schema.parse({ culler }).culler);

  test('of profile, group, user and named server win in this order', async () => {
    limitsOf({
      timeout: 100,
      profiles: { gpu: { timeout: 200 } },
      groups: { staff: { timeout: 300 }, lab: { timeout: 400 } },
      users: { ada: { timeout: 500 } },
      servers: { big: { timeout: 600 }, 'ada/big': { timeout: 700 } },
    });
    const cases: ReadonlyArray<[WireDict, number]> = [
      [idle('bob', 0), 100],
      [{ ...idle('bob', 0), profile: 'gpu' }, 200],
      [{ ...idle('bob', 0), profile: 'gpu', groups: ['staff'] }, 300],
      [{ ...idle('bob', 0), groups: ['lab', 'staff'] }, 400],
      [{ ...idle('ada', 0), groups: ['lab'] }, 500],
      [{ ...idle('bob', 0, 'big') }, 600],
      [{ ...idle('ada', 0, 'big') }, 700],
      [{ ...idle('constructor', 0), profile: '__proto__' }, 100],
    ];
    servers = cases.map(([server]) => server);
    const decisions = await culler().round(true);
    expect(decisions.map(({ seconds }) => seconds)).toEqual(cases.map(([, seconds]) => seconds));
    expect(decisions[6]?.explain[0]).toBe(
      'limits: [culler], [culler.users.ada], [culler.servers.big], [culler.servers."ada/big"]: timeout 11.6 minutes',
    );
  });

  test('exempt some, or stop nothing but some', async () => {
    servers = [idle('ada', 9999), idle('bob', 9999)];
    limitsOf({ users: { ada: { enabled: false } } });
    await culler().tick();
    expect(stopped).toEqual([expect.stringMatching('^bob')]);
    stopped = [];
    limitsOf({ enabled: false, users: { ada: { enabled: true } } });
    await culler().tick();
    expect(stopped).toEqual([expect.stringMatching('^ada')]);
  });
});

describe('named servers', () => {
  test('are forgotten as well if that is wished; default servers there always are', async () => {
    settings = { ...settings, remove_named_servers: true };
    servers = [idle('ada', 9999, 'lab'), idle('bob', 9999)];
    await culler().tick();
    expect(stopped.filter((one) => one.endsWith('removed'))).toEqual(['ada/lab removed']);
  });
});

describe('users', () => {
  const user = (name: string, idleFor: number, change: WireDict = {}): WireDict => ({
    name,
    admin: false,
    created: BigInt(clock - 100_000_000),
    lastActivity: BigInt(clock - idleFor * 1000),
    guest: false,
    activeServers: 0,
    ...change,
  });

  test('are neither deleted nor asked for, unless that is wished', async () => {
    users = [user('ada', 9999)];
    count();
    await culler().tick();
    expect(calls).not.toContain('ListUsers');
  });

  test('without servers are deleted when they are idle, administrators only if that is said', async () => {
    settings = { ...settings, cull_users: true, api_page_size: 2 };
    users = [
      user('ada', 9999),
      user('bob', 60),
      user('cyd', 9999, { activeServers: 1 }),
      user('root', 9999, { admin: true }),
    ];
    count();
    await culler().tick();
    expect(stopped).toEqual(['ada deleted']);
    expect(calls.filter((name) => name === 'ListUsers')).toHaveLength(2);
    expect(records.map(({ event, user: who }) => [event, who])).toEqual([['user-culled', 'ada']]);
    stopped = [];
    settings = { ...settings, cull_admin_users: true };
    await culler().tick();
    expect(stopped).toEqual(['ada deleted', 'root deleted']);
  });

  test('who are guests are deleted where guests may log in, and have a limit of their own', async () => {
    authenticator = 'guest';
    settings = { ...settings, user_timeout: 600 };
    users = [user('guest-a', 700, { guest: true }), user('guest-b', 500, { guest: true }), user('ada', 9999)];
    const decisions = await culler().round(false);
    expect(stopped).toEqual(['guest-a deleted']);
    expect(decisions.map(({ kind, user: who, why }) => [kind, who, why])).toContainEqual([
      'user',
      'ada',
      'users are not deleted (cull_users)',
    ]);
  });

  test('who never did anything are idle since they came, and max_age is about accounts as well', async () => {
    settings = { ...settings, cull_users: true, max_age: 50_000 };
    users = [user('new', 0, { created: BigInt(clock - 1000), lastActivity: 0n }), user('old', 60)];
    const decisions = await culler().round(false);
    expect(decisions.map(({ cull, why }) => [cull, why])).toEqual([
      [false, 'idle for 0 minutes (limit 60)'],
      [true, 'known for 27.7 hours (limit 13.8)'],
    ]);
  });
});

describe('when memory is short', () => {
  beforeEach(
    () =>
      void (servers = [
        idle('ada', 700),
        idle('bob', 1200),
        idle('eve', 60),
        { ...idle('fay', 3000), pending: 'stop' },
      ]),
  );

  test('nothing is stopped for it unless that is wished', async () => {
    pressure = 90;
    await culler().tick();
    expect(stopped).toEqual([]);
  });

  test('the idlest is stopped, one in each round, and is told why', async () => {
    pressure = 32;
    settings = { ...settings, memory_pressure: 20 };
    await culler().tick();
    expect(stopped).toEqual([
      'bob/: memory is short (32 % of the time servers wait for it), and it was used least: idle for 20 minutes (limit 60)',
    ]);
    servers = servers.filter(({ user }) => user !== 'bob');
    await culler().tick();
    servers = servers.filter(({ user }) => user !== 'ada');
    await culler().tick();
    expect(stopped).toHaveLength(2);
  });

  test('and not below the limit', async () => {
    pressure = 19;
    settings = { ...settings, memory_pressure: 20 };
    await culler().tick();
    expect(stopped).toEqual([]);
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
