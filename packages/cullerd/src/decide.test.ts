import { expect, test } from 'vitest';
import { schema } from '@tshub/config';
import { decide, type ServerFacts } from './decide.ts';
import { type Policy, policyFor } from './policy.ts';

const now = 1_000_000_000_000;
const hour = 3600;
const clock = { now: () => now, since: (moment: bigint | number) => Math.max(0, (now - Number(moment)) / 1000) };
const settings = schema.parse({ culler: { timeout: hour, keep_for: hour, warn_before: 600 } }).culler;
const policy = policyFor(settings, { user: 'ada', server: '', profile: '' });
/** A ready default server: started two hours ago, used just now. */
const ready: ServerFacts = {
  user: 'ada',
  server: '',
  ready: true,
  pending: '',
  started: ago(2 * hour),
  lastActivity: ago(0),
};

function ago(seconds: number): bigint {
  return BigInt(now - seconds * 1000);
}

interface Case {
  readonly rule: string;
  readonly facts?: Partial<ServerFacts>;
  readonly policy?: Partial<Policy>;
  readonly cull: boolean;
  readonly why: string;
  readonly seconds: number;
}

const cases: readonly Case[] = [
  { rule: 'a server in use is kept', cull: false, why: 'idle for 0 minutes (limit 60)', seconds: hour },
  {
    rule: 'a server that starts is kept, however idle',
    facts: { pending: 'spawn', lastActivity: ago(9 * hour) },
    cull: false,
    why: 'a spawn is under way',
    seconds: -1,
  },
  {
    rule: 'a server that stops is kept',
    facts: { pending: 'stop', lastActivity: ago(9 * hour) },
    cull: false,
    why: 'a stop is under way',
    seconds: -1,
  },
  {
    rule: 'a server that is not ready is kept',
    facts: { ready: false, lastActivity: ago(9 * hour) },
    cull: false,
    why: 'not ready yet',
    seconds: -1,
  },
  {
    rule: 'a server idle for longer than the limit is stopped',
    facts: { lastActivity: ago(61 * 60) },
    cull: true,
    why: 'idle for 61 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'idle for exactly the limit is long enough',
    facts: { lastActivity: ago(hour) },
    cull: true,
    why: 'idle for 60 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'a moment below the limit is kept, and told when',
    facts: { lastActivity: ago(hour - 0.5) },
    cull: false,
    why: 'idle for 59 minutes (limit 60)',
    seconds: 1,
  },
  {
    rule: 'a server that was never used is idle since its start',
    facts: { lastActivity: 0n },
    cull: true,
    why: 'idle for 120 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'of a server without any known time nothing is decided',
    facts: { started: 0n, lastActivity: 0n },
    cull: false,
    why: 'neither its start nor its last activity is known',
    seconds: -1,
  },
  {
    rule: 'nothing is decided by age without a known start',
    facts: { started: 0n, lastActivity: 0n },
    policy: { max_age: 1 },
    cull: false,
    why: 'neither its start nor its last activity is known',
    seconds: -1,
  },
  {
    rule: 'activity in the future is activity now',
    facts: { lastActivity: ago(-hour) },
    cull: false,
    why: 'idle for 0 minutes (limit 60)',
    seconds: hour,
  },
  {
    rule: 'an active server older than max_age is stopped',
    policy: { max_age: 1.5 * hour },
    cull: true,
    why: 'running for 120 minutes (limit 90)',
    seconds: 0,
  },
  {
    rule: 'exactly max_age is old enough',
    policy: { max_age: 2 * hour },
    cull: true,
    why: 'running for 2 hours (limit 2)',
    seconds: 0,
  },
  {
    rule: 'idleness is named before age',
    facts: { lastActivity: ago(hour) },
    policy: { max_age: hour },
    cull: true,
    why: 'idle for 60 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'below max_age the nearer limit is told',
    policy: { max_age: 2.25 * hour },
    cull: false,
    why: 'running for 2 hours (limit 2.2)',
    seconds: 900,
  },
  {
    rule: 'a far max_age leaves the idle limit',
    policy: { max_age: 100 * hour },
    cull: false,
    why: 'idle for 0 minutes (limit 60)',
    seconds: hour,
  },
  {
    rule: 'default servers are kept when they are switched off',
    facts: { lastActivity: ago(9 * hour) },
    policy: { cull_default_servers: false },
    cull: false,
    why: 'default servers are not stopped (cull_default_servers)',
    seconds: -1,
  },
  {
    rule: 'named servers are kept when they are switched off',
    facts: { server: 'lab', lastActivity: ago(9 * hour) },
    policy: { cull_named_servers: false },
    cull: false,
    why: 'named servers are not stopped (cull_named_servers)',
    seconds: -1,
  },
  {
    rule: 'a named server does not care about the switch for default ones',
    facts: { server: 'lab', lastActivity: ago(hour) },
    policy: { cull_default_servers: false },
    cull: true,
    why: 'idle for 60 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'max_age honours the switch for default servers',
    policy: { max_age: 1, cull_default_servers: false },
    cull: false,
    why: 'default servers are not stopped (cull_default_servers)',
    seconds: -1,
  },
  {
    rule: 'max_age honours the switch for named servers',
    facts: { server: 'lab' },
    policy: { max_age: 1, cull_named_servers: false },
    cull: false,
    why: 'named servers are not stopped (cull_named_servers)',
    seconds: -1,
  },
  {
    rule: 'a server is kept beyond its limit as long as its user has put that off',
    facts: { lastActivity: ago(hour + 60), keptUntil: ago(-600) },
    cull: false,
    why: 'idle for 61 minutes (limit 60), kept by its user',
    seconds: 600,
  },
  {
    rule: 'nobody keeps a server for longer than keep_for',
    facts: { lastActivity: ago(2 * hour - 60), keptUntil: ago(-9 * hour) },
    cull: false,
    why: 'idle for 119 minutes (limit 60), kept by its user',
    seconds: 60,
  },
  {
    rule: 'a server that was kept ends when that is over',
    facts: { lastActivity: ago(hour + 60), keptUntil: ago(0) },
    cull: true,
    why: 'idle for 61 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'an old server is kept as well',
    facts: { keptUntil: ago(-60) },
    policy: { max_age: 2 * hour },
    cull: false,
    why: 'running for 2 hours (limit 2), kept by its user',
    seconds: 60,
  },
  {
    rule: 'where keep_for is 0 nothing is kept, whatever was promised under other settings',
    facts: { lastActivity: ago(hour), keptUntil: ago(-hour) },
    policy: { keep_for: 0 },
    cull: true,
    why: 'idle for 60 minutes (limit 60)',
    seconds: 0,
  },
  {
    rule: 'short limits are told in seconds',
    facts: { lastActivity: ago(5) },
    policy: { timeout: 4 },
    cull: true,
    why: 'idle for 5 seconds (limit 4)',
    seconds: 0,
  },
  {
    rule: 'one second is one',
    facts: { lastActivity: ago(1) },
    policy: { timeout: 4 },
    cull: false,
    why: 'idle for 1 second (limit 4)',
    seconds: 3,
  },
];

test('a server that is exempt is never stopped', () => {
  const facts = { ...ready, lastActivity: ago(9 * hour) };
  expect(decide(facts, { ...policy, enabled: false }, clock)).toMatchObject({
    cull: false,
    why: 'it is never stopped (enabled)',
    end: null,
  });
});

test.each(cases)('$rule', ({ facts, policy: change, cull, why, seconds }) => {
  const server = { ...ready, ...facts };
  expect(decide(server, { ...policy, ...change }, clock)).toMatchObject({
    user: 'ada',
    server: server.server,
    cull,
    why,
    seconds,
  });
});

test('the hub is told of an end without what its user has put off, and how far that may go', () => {
  const facts = { ...ready, lastActivity: ago(hour - 300), keptUntil: ago(-400) };
  expect(decide(facts, policy, clock).end).toEqual({
    user: 'ada',
    server: '',
    at: ago(-300),
    rule: 'idle',
    why: 'idle for 60 minutes',
    latest: ago(-300 - hour),
    activity: facts.lastActivity,
    warned: true,
  });
});

const weighed: ReadonlyArray<[string, Partial<ServerFacts>, Partial<Policy>, number]> = [
  ['requests and reports count in full if nothing else is said', { lastActivity: ago(600) }, {}, hour - 600],
  ['reports may count for nothing', { lastReport: ago(0), lastRequest: ago(1000) }, { weight_kernels: 0 }, hour - 1000],
  ['requests may count for nothing', { lastReport: ago(900), lastRequest: ago(0) }, { weight_requests: 0 }, hour - 900],
  ['or for half', { lastReport: ago(3000), lastRequest: ago(600) }, { weight_requests: 0.5 }, hour / 2 - 600],
  ['the strongest sign counts', { lastReport: ago(10), lastRequest: ago(0) }, { weight_requests: 0.1 }, hour - 10],
  ['not known which it was, the activity counts', { lastActivity: ago(600) }, { weight_kernels: 0 }, hour - 600],
  [
    'a start is a sign',
    { started: ago(5), lastRequest: ago(5), lastReport: ago(5) },
    { weight_requests: 0, weight_kernels: 0 },
    hour - 5,
  ],
  ['the CPU counts for nothing', { lastActivity: ago(600), lastBusy: ago(0) }, {}, hour - 600],
  ['unless it is weighed', { lastActivity: ago(600), lastBusy: ago(1) }, { weight_cpu: 1 }, hour - 1],
  [
    'a first look at the CPU spares a server for a moment',
    { lastActivity: ago(hour), lastBusy: 'new' },
    { weight_cpu: 1 },
    60,
  ],
  ['and no longer', { lastActivity: ago(hour - 600), lastBusy: 'new' }, { weight_cpu: 1 }, 600],
];

test.each(weighed)('signs of life: %s', (_, facts, change, seconds) => {
  expect(decide({ ...ready, ...facts }, { ...policy, ...change }, clock).seconds).toBe(seconds);
});

test('what is weighed otherwise is not moved by the hub with every activity', () => {
  expect(decide(ready, { ...policy, weight_kernels: 0 }, clock).end?.activity).toBe(0n);
});

test('a decision says what it stands on', () => {
  const facts = { ...ready, lastActivity: ago(hour + 60), keptUntil: ago(-600) };
  expect(decide(facts, policy, clock).explain).toEqual([
    'limits: [culler]: timeout 60 minutes',
    'used 61 minutes ago',
    `kept by its user until ${new Date(now + 600_000).toISOString()}`,
    `may be kept until ${new Date(now + 3_540_000).toISOString()}`,
  ]);
});

test.each([
  ['a warning comes warn_before the end', { lastActivity: ago(hour - 600) }, {}, true],
  ['no warning comes before that', { lastActivity: ago(hour - 601) }, {}, false],
  ['a short limit is not warned of all the time', { lastActivity: ago(0) }, { timeout: 60 }, false],
  ['but for its second half', { lastActivity: ago(30) }, { timeout: 60 }, true],
  ['0 is no warning', { lastActivity: ago(hour - 1) }, { warn_before: 0 }, false],
  ['what is kept is not warned of', { lastActivity: ago(hour - 1), keptUntil: ago(-hour) }, {}, false],
])('%s', (_, facts, change, warned) => {
  expect(decide({ ...ready, ...facts }, { ...policy, ...change }, clock).end?.warned).toBe(warned);
});
