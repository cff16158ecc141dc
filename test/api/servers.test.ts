import { spawnEnvironment, TshubError } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProgressEvent } from '../../packages/hubd/src/servers/server.ts';
import {
  serversIn,
  type TestServers,
  type TestSettings,
  testApiUrl,
  makeWorld,
  type World,
} from '../support/servers-for-test.ts';
import { soon } from '../support/soon.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

async function hub(settings: TestSettings = {}): Promise<TestServers> {
  const made = serversIn(world, { settings });
  await made.servers.adopt();
  return made;
}

async function start(made: TestServers, name = 'ada', server = ''): Promise<void> {
  const { done } = await made.servers.start(await made.caller(name), await made.user(name), server, null);
  await done;
}

async function problemOf(work: Promise<unknown>): Promise<TshubError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TshubError) return error;
  throw new Error(`expected a TshubError, found ${String(error)}`);
}

async function events(made: TestServers, name = 'ada'): Promise<ProgressEvent[]> {
  const all: ProgressEvent[] = [];
  for await (const event of made.servers.progress(name, '', new AbortController().signal)) all.push(event);
  return all;
}

const tokenRows = (): Promise<{ note: string }[]> =>
  world.db('tokens').select('note') as unknown as Promise<{ note: string }[]>;

test('a started server has a unit, a route, a token, an OAuth client and a row', async () => {
  const made = await hub();
  await start(made);
  const server = made.servers.get('ada', '');
  expect(server).toMatchObject({
    active: true,
    ready: true,
    pending: null,
    unit: 'tshub-server-ada.service',
    uid: 1000,
  });
  expect(server?.invocation).toMatch(/^[0-9a-f]{32}$/);
  expect(world.proxy.routes.get('/user/ada/')).toMatchObject({ target: server?.target, uid: 1000 });
  const token = world.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
  expect(await made.tokens.find(token)).toMatchObject({
    note: 'Server at /user/ada/',
    scopes: ['users:activity!user', 'access:servers!server=ada/'],
  });
  expect(await made.clients.checkSecret('jupyterhub-user-ada', token)).toBe(true);
  expect(await made.clients.get('jupyterhub-user-ada')).toMatchObject({ redirectUri: '/user/ada/oauth_callback' });
  expect(made.messages('server-ready')).toEqual(["ada's server is ready after 0.0 s"]);
});

test('the environment of a server has exactly the names that spawnerd takes', async () => {
  const made = await hub();
  await start(made);
  const environment = world.spawner.starts[0]?.environment ?? {};
  expect(Object.keys(environment).toSorted()).toEqual([...spawnEnvironment]);
  expect(environment).toMatchObject({
    JUPYTERHUB_ACTIVITY_URL: `${testApiUrl}/users/ada/activity`,
    JUPYTERHUB_OAUTH_ACCESS_SCOPES: '["access:servers!server=ada/","access:servers!user=ada"]',
    JUPYTERHUB_SERVICE_PREFIX: '/user/ada/',
  });
});

test('a stopped server leaves neither unit nor route, token or client', async () => {
  const made = await hub();
  await start(made);
  const { done } = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  await done;
  expect(made.servers.get('ada', '')).toMatchObject({ active: false, ready: false, pending: null, lastEnd: '' });
  expect(world.spawner.units.size).toBe(0);
  expect(world.proxy.changes).toEqual(['+/user/ada/', '-/user/ada/']);
  expect(await tokenRows()).toEqual([]);
  expect(await made.clients.get('jupyterhub-user-ada')).toBeUndefined();
  expect(made.messages('server-stopped')).toEqual(["ada's server was stopped by its owner"]);
});

test('the route goes before the unit, so that nobody is sent to a server that goes down', async () => {
  const made = await hub();
  await start(made);
  const gate = world.spawner.gates.hold('Stop', 'before');
  const { done } = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  await gate.reached;
  expect(world.proxy.routes.size).toBe(0);
  expect(made.servers.get('ada', '')).toMatchObject({ active: true, ready: false, pending: 'stop' });
  gate.open();
  await done;
});

test('of two starts at once one is pending and one is told so', async () => {
  const made = await hub();
  const [caller, user] = [await made.caller('ada'), await made.user('ada')];
  const both = await Promise.allSettled([
    made.servers.start(caller, user, '', null),
    made.servers.start(caller, user, '', null),
  ]);
  const refused = both.filter((one) => one.status === 'rejected');
  expect(refused.map((one) => (one.reason as TshubError).message)).toEqual(["ada's server is pending spawn"]);
  for (const one of both) if (one.status === 'fulfilled') await one.value.done;
  expect(world.spawner.starts).toHaveLength(1);
});

test('a server that runs cannot be started again', async () => {
  const made = await hub();
  await start(made);
  expect(await problemOf(start(made))).toMatchObject({ code: 'already_running' });
});

test('somebody else needs the scope to start or stop a server', async () => {
  const made = await hub();
  const eve = await made.caller('eve');
  expect(await problemOf(made.servers.start(eve, await made.user('ada'), '', null))).toMatchObject({
    code: 'not_accessible',
  });
  await start(made);
  expect(await problemOf(made.servers.stop(eve, await made.user('ada'), '', ''))).toMatchObject({
    code: 'not_accessible',
  });
  const { done } = await made.servers.stop(
    await made.caller('root', true),
    await made.user('ada'),
    '',
    'room\u0007 is \nneeded',
  );
  await done;
  expect(made.servers.get('ada', '')?.lastEnd).toBe('The server was stopped by an administrator: room is needed');
});

test('a start without options uses the last ones', async () => {
  const made = await hub();
  const [caller, user] = [await made.caller('ada'), await made.user('ada')];
  const first = await made.servers.start(caller, user, '', { profile: ['big'], gpu: 2, note: ['a', 'b'] });
  await first.done;
  await (
    await made.servers.stop(caller, user, '', '')
  ).done;
  await start(made);
  expect(world.spawner.starts.map(({ profile, options }) => ({ profile, options }))).toEqual([
    { profile: 'big', options: { gpu: '2', note: '["a","b"]' } },
    { profile: 'big', options: { gpu: '2', note: '["a","b"]' } },
  ]);
});

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
  expect(await tokenRows()).toEqual([]);
  expect(await world.db('oauth_clients').select('id')).toEqual([]);
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
    expect(await tokenRows()).toEqual([]);
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
  expect(await tokenRows()).toEqual([]);
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

test('the host has limits', async () => {
  const made = await hub({ hub: { active_server_limit: 1 } });
  await start(made);
  expect(await problemOf(start(made, 'bob'))).toMatchObject({ code: 'server_limit', status: 429 });
});

test('too many starts at once are asked to come back in 30 to 60 seconds', async () => {
  const made = await hub({ hub: { concurrent_spawn_limit: 1 } });
  const gate = world.spawner.gates.hold('Start', 'before');
  const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
  await gate.reached;
  const error = await problemOf(start(made, 'bob'));
  expect(error).toMatchObject({ code: 'too_many_requests', status: 429 });
  expect(error.params['seconds']).toBeGreaterThanOrEqual(30);
  expect(error.params['seconds']).toBeLessThanOrEqual(60);
  gate.open();
  await done;
});

test('named servers are off, have names of a form, and are limited', async () => {
  const off = await hub();
  expect(await problemOf(start(off, 'ada', 'lab'))).toMatchObject({
    code: 'bad_request',
    message: 'Named servers are not enabled.',
  });
  off.servers.reload({
    hub: { ...off.parts.settings.hub, allow_named_servers: true, named_server_limit_per_user: 1 },
    spawner: off.parts.settings.spawner,
  });
  expect(await problemOf(start(off, 'ada', 'Lab_1'))).toMatchObject({ code: 'bad_request' });
  await start(off, 'ada', 'lab');
  expect(await problemOf(start(off, 'ada', 'lab2'))).toMatchObject({
    code: 'bad_request',
    message: /maximum of 1 named servers/,
  });
  expect(world.proxy.routes.has('/user/ada/lab/')).toBe(true);
});

test('a named server can be removed, and its name is free again', async () => {
  const made = await hub({ hub: { allow_named_servers: true } });
  await start(made, 'ada', 'lab');
  const { done } = await made.servers.remove(await made.caller('ada'), await made.user('ada'), 'lab');
  await done;
  expect(made.servers.get('ada', 'lab')).toBeUndefined();
  expect(await world.db('servers').select('name')).toEqual([]);
  await start(made, 'ada', 'lab');
});

test('whoever listens late hears a start from its beginning, with the lines of its log', async () => {
  const made = await hub({ spawner: { http_timeout: 600 } });
  let isUp = false;
  world.proxy.answer = () => (isUp ? [200, ''] : [0, 'connection refused']);
  const gate = world.proxy.gates.hold('Probe', 'after');
  const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
  await gate.reached;
  const token = world.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
  world.spawner.logs.set('tshub-server-ada.service', ['Serving notebooks', `token=${token}`]);
  gate.open();
  const told: ProgressEvent[] = [];
  for await (const event of made.servers.progress('ada', '', new AbortController().signal)) {
    told.push(event);
    if (event.log !== undefined) isUp = true;
  }
  await done;
  expect(told[0]).toEqual({ progress: 0, message: 'Server requested' });
  expect(told.flatMap((event) => event.log ?? [])).toEqual(['Serving notebooks', 'token=[token]']);
  expect(told.at(-1)).toMatchObject({ progress: 100, ready: true, url: '/user/ada/' });
  expect(await events(made)).toEqual([told.at(-1)]);
});

test('there is no progress of a server that nobody starts', async () => {
  const made = await hub();
  expect(() => made.servers.progress('ada', '', new AbortController().signal)).toThrow("ada's server is not starting");
});

test('activity keeps the later time and is written down', async () => {
  const made = await hub();
  await start(made);
  const now = world.clock.now();
  made.servers.touch('ada', '', now + 5000);
  made.servers.touch('ada', '', now + 1000);
  expect(made.servers.get('ada', '')?.lastActivity).toBe(now + 5000);
  await made.servers.close();
  expect(await world.db('servers').select('last_activity')).toEqual([{ last_activity: now + 5000 }]);
});

test('usage is what the unit counts', async () => {
  const made = await hub();
  expect(await made.servers.usage('ada', '')).toBeUndefined();
  await start(made);
  expect(await made.servers.usage('ada', '')).toEqual({
    memoryCurrent: 100_000_000,
    memoryPeak: null,
    memoryMax: null,
    cpuSeconds: 1.5,
    tasks: null,
  });
});
