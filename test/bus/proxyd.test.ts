import { schema } from '@tshub/config';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Bus, connectBus } from '@tshub/bus';
import { proxy1, version } from '@tshub/contract';
import { makeLog } from '@tshub/daemon';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepOnBus } from '../../packages/proxyd/src/bus-link.ts';
import { announceRoutes, proxy1For } from '../../packages/proxyd/src/proxy1.ts';
import { noTls } from '../../packages/proxyd/src/public-front.ts';
import { makeTargets } from '../../packages/proxyd/src/targets.ts';
import { type PrivateBus, startPrivateBus } from '../support/private-bus.ts';
import { exchange, type ProxyForTest, proxyForTest, RawClient } from '../support/proxy-for-test.ts';

// Accounts that every Debian has: dbus-daemon takes no connection of a uid without a name.
const hubUid = 1;
const stranger = 2;
const ownUid = process.getuid?.() ?? 0;

let t: ProxyForTest;
let daemon: PrivateBus;
let client: Bus;
const ending = new AbortController();
const sentences: string[] = [];

beforeAll(async () => {
  t = await proxyForTest();
  daemon = await startPrivateBus();
  await keepOnBus({
    connect: () => connectBus({ address: daemon.address }),
    implementation: proxy1For({
      proxy: t.proxy,
      hubUid,
      targets: makeTargets({ settings: () => schema.parse({}), account: () => Promise.resolve(null) }),
      tlsStatus: () => noTls,
      inUse: () => ({ settings: schema.parse({}), waiting: ['proxy_tls.mode'] }),
    }),
    accountUid: async () => hubUid,
    onLinked: (bus) => announceRoutes(bus, t.proxy.routes),
    log: makeLog({ name: 'test', output: { write: (line: string) => void sentences.push(JSON.parse(line).msg) } }),
    signal: ending.signal,
  });
  client = await connectBus({ address: daemon.address });
});

afterAll(async () => {
  ending.abort();
  await client.close();
  await t.close();
  await daemon.stop();
});

/** What a process of another uid gets. */
async function callAs(uid: number, method: string, ...args: unknown[]): Promise<{ value?: unknown; code?: string }> {
  const script = new URL('../support/bus-client.ts', import.meta.url).pathname;
  const argv = ['--import', 'tsx', script, daemon.address, proxy1.name, method, JSON.stringify(args)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, {
    uid,
    gid: uid,
    env: { PATH: process.env['PATH'], HOME: '/', TMPDIR: '/tmp' },
  });
  return stdout === '' ? {} : JSON.parse(stdout);
}

describe('the proxy on the bus', () => {
  test('adds, lists and removes routes', async () => {
    await t.serve('ada', (_req, res) => res.setHeader('X-JupyterHub-Version', '5.2.1').end('ok'));
    const target = `unix:${t.socketOf('ada')}`;
    const calls = client.calls(proxy1);
    await calls.AddRoute('/user/ada/', target, ownUid, { user: 'ada' });
    expect(await calls.ListRoutes()).toEqual([
      { prefix: '/user/ada/', target, uid: ownUid, data: { user: 'ada' }, lastActivity: BigInt(t.clock.now) },
    ]);
    expect(await client.property(proxy1, 'RouteCount')).toBe(1);
    expect(await calls.Probe(target, ownUid, '/user/ada/api', 1000)).toEqual([200, '5.2.1', '']);
    await calls.RemoveRoute('/user/ada/');
    await calls.RemoveRoute('/user/ada/');
    expect(await calls.ListRoutes()).toEqual([]);
  });

  test('replaces all routes at once, 10,000 of them too, and tells how many came and went', async () => {
    const calls = client.calls(proxy1);
    const target = `unix:${t.socketOf('ada')}`;
    const many = Array.from({ length: 10_000 }, (_, i) => [`/user/u${i}/`, target, ownUid, { user: `u${i}` }] as const);
    await calls.AddRoute('/user/gone/', target, ownUid, {});
    const heard: unknown[] = [];
    const deaf = await client.onSignal({ interface: proxy1.name }, ({ member, args }) => heard.push([member, ...args]));
    expect(await calls.ReplaceRoutes(many)).toEqual([10_000, 1]);
    expect(t.proxy.routes.table.find('/user/u9999/x')).toMatchObject({ route: { prefix: '/user/u9999/' } });
    expect(await calls.ReplaceRoutes(many)).toEqual([0, 0]);
    await expect(calls.ReplaceRoutes([many[0]!, ['/hub/', target, ownUid, {}]])).rejects.toMatchObject({
      code: 'route_conflict',
    });
    expect(t.proxy.routes.table.size).toBe(10_000);
    expect(await calls.ReplaceRoutes([])).toEqual([0, 10_000]);
    expect(heard).toEqual([
      ['RoutesReplaced', 10_000, 1],
      ['RoutesReplaced', 0, 10_000],
    ]);
    deaf();
  });

  test('tells of each route that comes or goes, and of activity since a moment', async () => {
    const calls = client.calls(proxy1);
    const heard: unknown[] = [];
    const deaf = await client.onSignal({ interface: proxy1.name }, ({ member, args }) => heard.push([member, ...args]));
    await calls.AddRoute('/user/ada/', `unix:${t.socketOf('ada')}`, ownUid, {});
    const added = BigInt(t.clock.now);
    expect(await calls.ListActivity(added)).toEqual({ '/user/ada/': added });
    expect(await calls.ListActivity(added + 1n)).toEqual({});
    await calls.RemoveRoute('/user/ada/');
    await expect
      .poll(() => heard)
      .toEqual([
        ['RouteAdded', '/user/ada/'],
        ['RouteRemoved', '/user/ada/'],
      ]);
    deaf();
  });

  test('tells what it has done to anyone', async () => {
    const { answers } = await client.calls(proxy1).GetStatistics();
    await exchange(t.proxy.port, 'GET /_tshub/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const after = await client.calls(proxy1).GetStatistics();
    expect(after['answers']).toEqual({ ...(answers as object), 200: '1' });
    expect(after).toMatchObject({ websocketRequests: 0n });
  });

  test('tells its state to anyone', async () => {
    const status = await client.calls(proxy1).GetStatus();
    expect(status).toMatchObject({ version, connections: 0, websockets: 0, routes: 0 });
    expect(typeof status['requests']).toBe('bigint');
  });

  test.each([
    ['AddRoute', ['/hub/', 'unix:/x', 0, {}], 'route_conflict'],
    ['AddRoute', ['/user/../hub/', 'unix:/x', 0, {}], 'bad_request'],
    ['AddRoute', ['/user/ada/', 'unix:/run/dbus/system_bus_socket', 0, {}], 'bad_request'],
    ['AddRoute', ['/user/ada/', 'tcp:127.0.0.1:631', 0, {}], 'bad_request'],
    ['AddRoute', ['/user/ada/', 'tcp:127.0.0.1:631', 999, {}], 'bad_request'],
    ['Probe', ['tcp:127.0.0.1:631', 0, '/', 100], 'bad_request'],
    ['Probe', ['unix:/run/dbus/system_bus_socket', 0, '/', 100], 'bad_request'],
    ['RemoveRoute', ['/'], 'route_conflict'],
    ['ReplaceRoutes', [[['/user/ada/', 'tcp:127.0.0.1:631', 0, {}]]], 'bad_request'],
  ] as const)('%s of %j is refused as %s', async (method, args, code) => {
    const calls = client.calls(proxy1) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    await expect(calls[method]?.(...args)).rejects.toMatchObject({ code });
  });

  test("a port of somebody who may have a server can be a server's", async () => {
    await client.calls(proxy1).AddRoute('/user/ada/', 'tcp:127.0.0.1:631', 1000, {});
    await client.calls(proxy1).RemoveRoute('/user/ada/');
  });
});

describe.runIf(ownUid === 0)('who may change routes (needs root, to be somebody else)', () => {
  test("the hub's account may, another may not", async () => {
    const route = ['/user/ada/', `unix:${t.socketOf('ada')}`, 1000, {}];
    expect(await callAs(hubUid, 'AddRoute', ...route)).toEqual({});
    expect(t.proxy.routes.table.size).toBe(1);
    expect(await callAs(stranger, 'RemoveRoute', '/user/ada/')).toMatchObject({ code: 'forbidden' });
    expect(await callAs(stranger, 'Probe', `unix:${t.socketOf('ada')}`, 1000, '/', 100)).toMatchObject({
      code: 'forbidden',
    });
    expect(await callAs(stranger, 'ReplaceRoutes', [])).toMatchObject({ code: 'forbidden' });
    expect(await callAs(stranger, 'ListActivity', 0)).toMatchObject({ code: 'forbidden' });
    expect(await callAs(hubUid, 'ListRoutes')).toHaveProperty('value');
    // There is no polkit here to let anybody else.
    expect(await callAs(stranger, 'ListRoutes')).toMatchObject({ code: 'forbidden' });
    expect(t.proxy.routes.table.size).toBe(1);
    expect(await callAs(hubUid, 'RemoveRoute', '/user/ada/')).toEqual({});
    expect(t.proxy.routes.table.size).toBe(0);
  });
});

test('a bus that goes away cuts no websocket, and is used again when it is back', async () => {
  const server = await t.route('bob', (_req, res) => res.end());
  server.on('upgrade', (_req, socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.pipe(socket);
  });
  const websocket = new RawClient(t.proxy.port);
  websocket.send('GET /user/bob/ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await websocket.until(/101/);
  await client.close();
  await daemon.stop();
  websocket.send('still here');
  await websocket.until(/still here/);
  daemon = await startPrivateBus();
  client = await connectBus({ address: daemon.address });
  await expect.poll(() => client.nameHasOwner(proxy1.busName), { timeout: 10_000 }).toBe(true);
  expect(await client.property(proxy1, 'RouteCount')).toBe(1);
  expect(sentences).toContain('the message bus is lost; serving on, and trying to reach it again');
});
