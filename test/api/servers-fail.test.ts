import { TshubError } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { problemOf } from '../support/problem-of.ts';
import { makeWorld, type TestServers, type TestSettings, type World } from '../support/servers-for-test.ts';
import { clientIds, comeUp, events, start, tokenNotes } from '../support/servers-steps.ts';
import { soon } from '../support/soon.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const hub = (settings: TestSettings = {}): Promise<TestServers> => comeUp(world, { settings });

test('a refusal of spawnerd is told in its own words and everything is undone', async () => {
  const made = await hub();
  world.spawner.startError = new TshubError('spawn_refused', {
    problem: 'the account ada is not in one of the groups students',
  });
  const error = await problemOf(start(made));
  expect(error).toMatchObject({
    code: 'spawn_refused',
    message: 'the account ada is not in one of the groups students',
  });
  expect(made.servers.get('ada', '')).toMatchObject({ active: false, failed: true, lastEnd: error.message });
  expect(await tokenNotes(world)).toEqual([]);
  expect(await clientIds(world)).toEqual([]);
  expect(made.messages('server-failed')).toEqual([`ada's server could not start: ${error.message}`]);
});

test('a server that dies while it starts is told with its reason and its log, at once', async () => {
  const made = await hub({ spawner: { http_timeout: 600 } });
  world.proxy.answer = () => [0, 'connection refused'];
  world.spawner.logs.set('tshub-server-ada.service', ['Traceback', 'KeyError: x']);
  const gate = world.proxy.gates.hold('Probe', 'after');
  const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
  const told = events(made);
  await gate.reached;
  world.spawner.end('ada', '', {
    result: 'oom-kill',
    exitCode: 2,
    exitStatus: 9,
    reason: 'out of memory: limit 256 MiB',
  });
  gate.open();
  expect(await problemOf(done)).toMatchObject({ code: 'spawn_failed', message: 'out of memory: limit 256 MiB' });
  expect((await told).at(-1)).toEqual({
    progress: 100,
    failed: true,
    message: 'Spawn failed: out of memory: limit 256 MiB',
    html_message: 'Spawn failed: out of memory: limit 256 MiB',
    log: ['Traceback', 'KeyError: x'],
  });
  expect(world.spawner.units.size).toBe(0);
  expect(world.proxy.routes.size).toBe(0);
});

test('a server that never answers is stopped when http_timeout is over', async () => {
  const made = await hub({ spawner: { http_timeout: 0.05 } });
  world.proxy.answer = () => [0, 'connection refused'];
  expect(await problemOf(start(made))).toMatchObject({
    message: 'the server did not answer within 0.05 s (connection refused)',
  });
  expect(world.spawner.units.size).toBe(0);
});

test('a server is up when it answers anything below 500', async () => {
  const made = await hub();
  const answers = [0, 0, 502, 404];
  world.proxy.answer = () => [answers.shift() ?? 0, ''];
  await start(made);
  expect(world.proxy.probes).toBe(4);
});

test('a start fails with a sentence while the proxy is away, and later starts go well', async () => {
  const made = await hub();
  world.proxy.isAway = true;
  expect(await problemOf(start(made))).toMatchObject({
    code: 'daemon_away',
    message: /tshub-proxyd\.service does not answer/,
  });
  expect(world.spawner.units.size).toBe(0);
  world.proxy.isAway = false;
  await start(made);
  expect(made.servers.get('ada', '')?.ready).toBe(true);
});

test('a proxy that is away for a moment does not fail a start', async () => {
  const made = await hub();
  const gate = world.proxy.gates.hold('Probe', 'before');
  const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
  await gate.reached;
  world.proxy.isAway = true;
  gate.open();
  await new Promise((resolve) => setTimeout(resolve, 1));
  world.proxy.isAway = false;
  expect(await done).toMatchObject({ ready: true });
});

test("an error that is nobody else's business is told without details", async () => {
  const made = await hub();
  world.proxy.answer = () => {
    throw new Error('secret detail');
  };
  const error = await problemOf(start(made));
  expect(error.message).toContain('Unhandled error');
  expect(error.message).not.toContain('secret');
  expect(world.spawner.units.size).toBe(0);
});

for (const [method, place] of [
  ['Start', 'before'],
  ['Start', 'after'],
] as const) {
  test(`a start can be cancelled while spawnerd is at it (${place})`, async () => {
    const made = await hub();
    const gate = world.spawner.gates.hold(method, place);
    const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
    const told = events(made);
    await gate.reached;
    const stop = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
    expect(made.servers.get('ada', '')?.pending).toBe('stop');
    gate.open();
    expect(await problemOf(done)).toMatchObject({ message: 'Spawn cancelled' });
    await stop.done;
    expect((await told).at(-1)).toMatchObject({ failed: true, message: 'Spawn cancelled' });
    expect(made.servers.get('ada', '')).toMatchObject({
      active: false,
      failed: false,
      lastEnd: 'The start was cancelled',
    });
    expect(world.spawner.units.size).toBe(0);
    expect(await tokenNotes(world)).toEqual([]);
  });
}

test('a start can be cancelled while its server is waited for, and started again', async () => {
  const made = await hub({ spawner: { http_timeout: 600 } });
  world.proxy.answer = () => [0, 'connection refused'];
  const gate = world.proxy.gates.hold('Probe', 'after');
  const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
  await gate.reached;
  const stop = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  await stop.done;
  await expect(done).rejects.toThrow('Spawn cancelled');
  gate.open();
  expect(world.spawner.units.size).toBe(0);
  world.proxy.answer = () => [200, ''];
  await start(made);
  expect(made.servers.get('ada', '')?.ready).toBe(true);
});

test('a server that ends by itself is noticed: no route, no token, and a reason for its owner', async () => {
  const made = await hub();
  await start(made);
  world.spawner.end('ada', '', { result: 'success', exitCode: 1, exitStatus: 0, reason: '' });
  await soon(() => made.servers.get('ada', '')).toMatchObject({
    active: false,
    lastEnd: 'The server stopped: it exited by itself (code 0)',
  });
  expect(world.proxy.routes.size).toBe(0);
  expect(await tokenNotes(world)).toEqual([]);
});

test('a server that runs out of memory is told so, and its failed unit is forgotten', async () => {
  const made = await hub();
  await start(made);
  world.spawner.end('ada', '', {
    result: 'oom-kill',
    exitCode: 2,
    exitStatus: 9,
    reason: 'out of memory: limit 256 MiB',
  });
  await soon(() => made.servers.get('ada', '')).toMatchObject({
    active: false,
    failed: false,
    lastEnd: 'The server stopped: out of memory: limit 256 MiB',
  });
  expect(world.spawner.units.size).toBe(0);
  expect(made.messages('server-stopped')).toEqual(["ada's server stopped: out of memory: limit 256 MiB"]);
});

test('a late signal of a former life does not end a server', async () => {
  const made = await hub();
  await start(made);
  const shown = world.spawner.gates.hold('Show', 'after');
  world.spawner.tell({
    kind: 'ended',
    unit: 'tshub-server-ada.service',
    last: { result: 'success', code: 1, status: 0 },
  });
  await shown.reached;
  shown.open();
  await new Promise((resolve) => setImmediate(resolve));
  expect(made.servers.get('ada', '')).toMatchObject({ active: true, ready: true });
});

test('a stop that spawnerd does not answer is an error, and the server is itself again afterwards', async () => {
  const made = await hub();
  await start(made);
  world.spawner.isAway = true;
  const { done } = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  expect(await problemOf(done)).toMatchObject({ code: 'daemon_away' });
  expect(made.servers.get('ada', '')).toMatchObject({ active: true, pending: 'check' });
  world.spawner.isAway = false;
  await soon(() => made.servers.get('ada', '')?.ready).toBe(true);
  expect(world.proxy.routes.has('/user/ada/')).toBe(true);
});

test('a unit that still runs although its server was stopped makes way for a new start', async () => {
  const made = await hub();
  await made.user('ada');
  const left = world.spawner.run('ada', '').invocation;
  await start(made);
  expect(made.servers.get('ada', '')?.ready).toBe(true);
  expect(made.servers.get('ada', '')?.invocation).not.toBe(left);
});

test('how a server ended is told to administrators with unit and numbers, and to its user in a sentence', async () => {
  const made = await hub();
  await start(made);
  world.spawner.end('ada', '', { result: 'exit-code', exitCode: 1, exitStatus: 3, reason: 'exited with code 3' });
  await soon(() => made.servers.get('ada', '')).toMatchObject({
    lastEnd: 'The server stopped: exited with code 3',
    endDetail: expect.stringMatching(
      /^tshub-server-ada\.service: result exit-code; its program ended with status 3; see: journalctl INVOCATION_ID=[0-9a-f]{32} /,
    ),
  });
  await start(made);
  expect(made.servers.get('ada', '')).toMatchObject({ lastEnd: '', endDetail: '' });
});

/** A start that fails at each step, and a word that only its administrator hears. */
const failures: ReadonlyArray<readonly [step: string, make: () => TestSettings, told: RegExp]> = [
  [
    'is refused by spawnerd',
    () => {
      world.spawner.startError = new TshubError('spawn_refused', { problem: 'ada may not' });
      return {};
    },
    /spawnerd started its unit: ada may not; error spawn_refused; look at: \[spawner\]/,
  ],
  [
    'finds no spawnerd',
    () => {
      world.spawner.isAway = true;
      return {};
    },
    /spawnerd started its unit: .* does not answer.*error daemon_away.*journalctl -u tshub-spawnerd/,
  ],
  [
    'is not answered',
    () => {
      world.proxy.answer = () => [0, 'connection refused'];
      return { spawner: { http_timeout: 0.05 } };
    },
    /its program was to answer: the server did not answer.*its unit was active; look at: http_timeout.*INVOCATION_ID=[0-9a-f]{32}/,
  ],
  [
    'fails inside',
    () => {
      world.proxy.answer = () => {
        throw new Error('secret detail');
      };
      return {};
    },
    /its program was to answer: Unhandled error/,
  ],
];

test.each(failures)('a start that %s is told to administrators with its step', async (_, make, told) => {
  const made = await hub(make());
  const error = await problemOf(start(made));
  const { endDetail = '', lastEnd = '' } = made.servers.get('ada', '') ?? {};
  expect(lastEnd).toBe(error.message);
  expect(endDetail).toMatch(/^tshub-server-ada\.service: its start failed when /);
  expect(endDetail).toMatch(told);
  expect(endDetail).not.toContain('secret');
});
