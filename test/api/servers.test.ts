import { spawnEnvironment, type TshubError } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProgressEvent } from '../../packages/hubd/src/servers/server.ts';
import { problemOf } from '../support/problem-of.ts';
import { makeWorld, testApiUrl, type TestServers, type TestSettings, type World } from '../support/servers-for-test.ts';
import { comeUp, events, start, tokenNotes } from '../support/servers-steps.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const hub = (settings: TestSettings = {}): Promise<TestServers> => comeUp(world, { settings });

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
  expect(await tokenNotes(world)).toEqual([]);
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
  const text = { setting: 'environment.X', values: ['2', '["a","b"]'], default: '2' };
  const made = await hub({ profiles: [{ name: 'big', options: { gpu: text, note: text } }] });
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

test('what was chosen of profiles that there are no more does not keep a server from starting', async () => {
  const made = await hub();
  const [caller, user] = [await made.caller('ada'), await made.user('ada')];
  await (
    await made.servers.start(caller, user, '', { profile: 'big', gpu: '2' })
  ).done;
  await (
    await made.servers.stop(caller, user, '', '')
  ).done;
  await start(made);
  expect(world.spawner.starts[1]).toMatchObject({ profile: '', options: {} });
});

test('the host has limits', async () => {
  const made = await hub({ hub: { active_server_limit: 1 } });
  await start(made);
  expect(await problemOf(start(made, 'bob'))).toMatchObject({ code: 'server_limit', status: 429 });
});

test('too many starts at once are asked to come back in 30 to 60 seconds', async () => {
  const made = await hub({ hub: { concurrent_spawn_limit: 1, spawn_queue_limit: 0 } });
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
    profiles: [],
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
    ioReadBytes: null,
    ioWriteBytes: null,
    memoryCurrent: 100_000_000,
    memoryPeak: null,
    memoryMax: null,
    cpuSeconds: 1.5,
    cpuLimit: null,
    tasks: null,
    tasksMax: null,
  });
});
