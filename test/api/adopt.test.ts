import { serverUnit } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorld, quick, serversIn, type World } from '../support/servers-for-test.ts';
import { begin, clientIds, comeUp, kill, runningServer, tokenNotes } from '../support/servers-steps.ts';
import { soon } from '../support/soon.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

test('a server outlives its hub: same unit, same route untouched, same token', async () => {
  await runningServer(world);
  const token = world.spawner.starts[0]?.environment['JUPYTERHUB_API_TOKEN'] ?? '';
  const before = world.spawner.units.get('tshub-server-ada.service')?.invocation;
  const routed = world.proxy.changes.length;
  kill(world);
  const made = await comeUp(world);
  expect(made.servers.get('ada', '')).toMatchObject({ active: true, ready: true, pending: null, invocation: before });
  expect(world.proxy.changes).toHaveLength(routed);
  expect(await made.tokens.find(token)).toBeDefined();
  expect(made.messages('server-adopted')).toEqual(["ada's server runs and was kept"]);
});

test('an adopted server is watched: its end is noticed', async () => {
  await runningServer(world);
  kill(world);
  const made = await comeUp(world);
  world.spawner.end('ada', '', { result: 'exit-code', exitCode: 1, exitStatus: 3, reason: 'exited with code 3' });
  await soon(() => made.servers.get('ada', '')).toMatchObject({
    active: false,
    lastEnd: 'The server stopped: exited with code 3',
  });
  expect(world.proxy.routes.size).toBe(0);
});

test('a server whose route is lost gets it again when it answers', async () => {
  await runningServer(world);
  kill(world);
  world.proxy.routes.clear();
  const gate = world.proxy.gates.hold('Probe', 'before');
  const coming = serversIn(world);
  const adopted = coming.servers.adopt();
  await gate.reached;
  expect(coming.servers.get('ada', '')).toMatchObject({ active: true, ready: false, pending: 'check' });
  gate.open();
  await adopted;
  await soon(() => coming.servers.get('ada', '')?.ready).toBe(true);
  expect(world.proxy.routes.has('/user/ada/')).toBe(true);
});

test('whoever follows a start is told how it ended, although the hub was restarted meanwhile', async () => {
  await runningServer(world);
  kill(world);
  world.proxy.routes.clear();
  const gate = world.proxy.gates.hold('Probe', 'before');
  const made = serversIn(world, { parts: { timing: { ...quick, adoptWait: 1 } } });
  await made.servers.adopt();
  await gate.reached;
  const told = (async () => {
    const events: unknown[] = [];
    for await (const event of made.servers.progress('ada', '', new AbortController().signal)) {
      events.push(event);
      gate.open();
    }
    return events;
  })();
  expect(await told).toMatchObject([
    { message: 'The hub was restarted; looking whether the server runs' },
    { ready: true, url: '/user/ada/' },
  ]);
});

test('a server that runs but does not answer is kept: it may hold work', async () => {
  await runningServer(world);
  kill(world);
  world.proxy.routes.clear();
  world.proxy.answer = () => [0, 'no answer'];
  const made = await comeUp(world, { settings: { spawner: { http_timeout: 0.02 } } });
  await soon(() => made.servers.get('ada', '')?.ready).toBe(true);
  expect(world.spawner.isRunning('ada')).toBe(true);
});

test('a server that failed while the hub was away is cleared up, with its reason', async () => {
  await runningServer(world);
  kill(world);
  world.spawner.end('ada', '', {
    result: 'oom-kill',
    exitCode: 2,
    exitStatus: 9,
    reason: 'out of memory: limit 256 MiB',
  });
  const made = await comeUp(world);
  await soon(() => made.servers.get('ada', '')).toMatchObject({
    active: false,
    lastEnd: 'The server stopped: out of memory: limit 256 MiB',
  });
  expect([world.spawner.units.size, world.proxy.routes.size]).toEqual([0, 0]);
  expect([await tokenNotes(world), await clientIds(world)]).toEqual([[], []]);
});

test('a server that is gone without a trace is cleared up as well', async () => {
  await runningServer(world);
  kill(world);
  world.spawner.units.clear();
  const made = await comeUp(world);
  await soon(() => made.servers.get('ada', '')).toMatchObject({
    active: false,
    lastEnd: 'The server stopped: it ended by itself',
  });
  expect(world.proxy.routes.size).toBe(0);
});

test('another unit under the name of a server is not that server', async () => {
  await runningServer(world);
  kill(world);
  world.spawner.units.clear();
  world.spawner.run('ada', '');
  const made = await comeUp(world);
  await soon(() => made.servers.get('ada', '')?.active).toBe(false);
  await soon(() => world.spawner.isRunning('ada')).toBe(false);
  await soon(() => world.proxy.routes.size).toBe(0);
});

test('a unit that belongs to nobody is stopped, with a warning; a failed one is forgotten', async () => {
  world.spawner.run('eve', '');
  world.spawner.run('mal', 'lab');
  world.spawner.end('mal', 'lab', { result: 'exit-code', exitCode: 1, exitStatus: 1, reason: 'exited with code 1' });
  await comeUp(world);
  expect(world.spawner.units.size).toBe(0);
  const warnings = world.records.filter((record) => record.level === 40).map((record) => record.msg);
  expect(warnings).toEqual([`${serverUnit('eve', '')} runs, but belongs to no server of the hub; stopping it`]);
});

test('a route that belongs to no server and no service is dropped, others are left alone', async () => {
  await runningServer(world);
  kill(world);
  const stray = { target: 'unix:/run/tshub-servers/0/sock', uid: 1001, data: {}, lastActivity: 0 };
  world.proxy.routes.set('/user/eve/', { prefix: '/user/eve/', ...stray });
  world.proxy.routes.set('/services/gone/', { prefix: '/services/gone/', ...stray });
  world.proxy.routes.set('/other/place/', { prefix: '/other/place/', ...stray });
  await comeUp(world);
  await soon(() => [...world.proxy.routes.keys()]).toEqual(['/user/ada/', '/other/place/']);
});

for (const daemon of ['spawner', 'proxy'] as const) {
  test(`the hub comes up while ${daemon}d is away, and knows its servers once it is back`, async () => {
    await runningServer(world);
    kill(world);
    world[daemon].isAway = true;
    const made = serversIn(world, { parts: { timing: { ...quick, adoptWait: 20 } } });
    await made.servers.adopt();
    expect(made.servers.get('ada', '')).toMatchObject({ active: true, ready: false, pending: 'check' });
    world[daemon].isAway = false;
    await soon(() => made.servers.get('ada', '')).toMatchObject({ ready: true, pending: null });
    const warnings = world.records.filter((record) => record.msg.includes('running servers could not be looked at'));
    expect(warnings).toHaveLength(1);
  });
}

test('a server can be stopped while it is not known yet whether it runs', async () => {
  await runningServer(world);
  kill(world);
  world.proxy.routes.clear();
  const gate = world.proxy.gates.hold('Probe', 'before');
  const made = serversIn(world, { parts: { timing: { ...quick, adoptWait: 1 } } });
  await made.servers.adopt();
  await gate.reached;
  const { done } = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  await done;
  expect(made.servers.get('ada', '')).toMatchObject({ active: false });
  gate.open();
  await (
    await begin(made)
  ).done;
  expect(made.servers.get('ada', '')?.ready).toBe(true);
});

test('a hub that is stopped leaves servers running, and a start under way to the next hub', async () => {
  const old = await runningServer(world, 'bob');
  const gate = world.proxy.gates.hold('Probe', 'before');
  const { done } = await begin(old);
  await gate.reached;
  await old.servers.close();
  await expect(done).rejects.toThrow('the hub is being restarted');
  expect([world.spawner.isRunning('ada'), world.spawner.isRunning('bob')]).toEqual([true, true]);
  await expect(begin(old, 'eve')).rejects.toThrow('the hub is being restarted');
  const made = await comeUp(world);
  await soon(() => [made.servers.get('ada', '')?.ready, made.servers.get('bob', '')?.ready]).toEqual([true, true]);
});

test('after the service manager started over, ends that were missed are found', async () => {
  const made = await runningServer(world);
  world.spawner.units.clear();
  world.spawner.tell({ kind: 'restarted' });
  await soon(() => made.servers.get('ada', '')?.active).toBe(false);
});
