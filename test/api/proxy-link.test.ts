import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorld, serversIn, type TestServers, type World } from '../support/servers-for-test.ts';
import { soon } from '../support/soon.ts';

let world: World;
let made: TestServers;
beforeEach(async () => {
  world = await makeWorld();
  made = serversIn(world);
  await made.servers.adopt();
});
afterEach(() => world.close());

async function start(name: string): Promise<void> {
  const { done } = await made.servers.start(await made.caller(name), await made.user(name), '', null);
  await done;
}

test('a proxy that comes back without its routes gets them again', async () => {
  await start('ada');
  world.proxy.routes.clear();
  world.spawner.tell({ kind: 'proxy-back' });
  await soon(() => [...world.proxy.routes.keys()]).toEqual(['/user/ada/']);
});

test('a route with another target or uid is put right', async () => {
  await start('ada');
  const route = world.proxy.routes.get('/user/ada/');
  if (route === undefined) throw new Error('expected a route');
  world.proxy.routes.set('/user/ada/', { ...route, uid: 1001 });
  await made.servers.reconcileRoutes();
  expect(world.proxy.routes.get('/user/ada/')?.uid).toBe(1000);
});

test('routes of servers that start just now are left to their start', async () => {
  const gate = world.proxy.gates.hold('AddRoute', 'after');
  const { done } = await made.servers.start(await made.caller('ada'), await made.user('ada'), '', null);
  await gate.reached;
  await made.servers.reconcileRoutes();
  expect(world.proxy.changes).toEqual(['+/user/ada/']);
  gate.open();
  await done;
});

test('a server that stops while routes are compared does not get its route back', async () => {
  await start('ada');
  world.proxy.routes.clear();
  const gate = world.proxy.gates.hold('ListRoutes', 'after');
  const compared = made.servers.reconcileRoutes();
  await gate.reached;
  const { done } = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  await done;
  gate.open();
  await compared;
  expect(world.proxy.routes.size).toBe(0);
});

test('traffic through the proxy counts as activity of the server and of its user', async () => {
  await start('ada');
  const at = world.clock.now() + 60_000;
  const route = world.proxy.routes.get('/user/ada/');
  if (route === undefined) throw new Error('expected a route');
  route.lastActivity = at;
  await made.servers.readActivity();
  expect(made.servers.get('ada', '')?.lastActivity).toBe(at);
  expect((await made.users.byName('ada'))?.lastActivity).toBe(at);
  route.lastActivity = at - 5000;
  await made.servers.readActivity();
  expect(made.servers.get('ada', '')?.lastActivity).toBe(at);
});

test('while the proxy is away servers are as they were', async () => {
  await start('ada');
  world.proxy.isAway = true;
  await expect(made.servers.readActivity()).rejects.toThrow('tshub-proxyd.service does not answer');
  expect(made.servers.get('ada', '')).toMatchObject({ ready: true });
});

test('a server can be stopped while the proxy is away; its route goes when the proxy is back', async () => {
  await start('ada');
  world.proxy.isAway = true;
  const { done } = await made.servers.stop(await made.caller('ada'), await made.user('ada'), '', '');
  await done;
  expect(world.spawner.isRunning('ada')).toBe(false);
  world.proxy.isAway = false;
  world.spawner.tell({ kind: 'proxy-back' });
  await soon(() => world.proxy.routes.size).toBe(0);
});
