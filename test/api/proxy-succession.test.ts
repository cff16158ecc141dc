import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { makeLog } from '@tshub/daemon';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveBesideSuccessor } from '../../packages/proxyd/src/succession/leave.ts';
import { type Predecessors, watchPredecessors } from '../../packages/proxyd/src/succession/predecessors.ts';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  statusesOf,
} from '../support/proxy-for-test.ts';
import type { Proxy } from '@tshub/proxyd';

let t: ProxyForTest;
let before: Proxy;
let hurry: AbortController;
let left: Promise<void>;
let predecessors: Predecessors | undefined;

const log = makeLog({ name: 'test', level: 'debug', output: { write: () => undefined } });
const upgrade = 'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
/** A masked text frame with nothing in it. */
const frame = Buffer.from([0x81, 0x80, 0, 0, 0, 0]);
const get = (name: string) => `GET /user/${name}/ HTTP/1.1\r\nHost: h\r\n\r\n`;
const folder = () => join(t.folder, 'state');

beforeEach(async () => {
  t = await proxyForTest({ drain_timeout: 3600 });
  before = t.proxy;
  hurry = new AbortController();
  predecessors = undefined;
  await t.serve('hub', (_req, res) => res.end('hub'));
  const server = await t.route('ada', (_req, res) => res.end('ada'));
  server.on('upgrade', (_req, socket: Duplex) => {
    socket.on('error', () => undefined);
    socket.write(switching);
    socket.pipe(socket);
  });
});
afterEach(async () => {
  hurry.abort();
  await left;
  predecessors?.close();
  await t.close();
});

/** The old one goes, as main.ts has it; a new one serves. */
async function change(): Promise<void> {
  await before.leave();
  left = serveBesideSuccessor({
    folder: folder(),
    routesFile: 'routes.json',
    proxy: before,
    log,
    clock: () => t.clock.now,
    pid: 1_999_999_999,
    hurry: hurry.signal,
  });
  await t.succeed();
  predecessors = await watchPredecessors(folder(), t.proxy, log);
}

test('websockets and idle connections of before go on beside a new process, and it takes the new ones', async () => {
  const socket = new RawClient(before.port).send(upgrade);
  await socket.until(/101 Switching/);
  const kept = new RawClient(before.port).send(get('ada'));
  await kept.until(/ada/);
  await change();
  socket.send('still');
  await socket.until(/still/);
  kept.send(get('ada'));
  const both = await kept.all();
  expect(statusesOf(both)).toEqual([200, 200]);
  expect(both).toMatch(/Connection: close[^]*$/i);
  expect(
    statusesOf(await exchange(t.proxy.port, get('ada').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))),
  ).toEqual([200]);
  await eventually('the new one knows of it', () => t.proxy.status().websockets === 1);
  socket.socket.destroy();
  await left;
  await eventually('nothing is left', () => t.proxy.status().websockets === 0);
  expect(readdirSync(folder())).toEqual(['routes.json']);
});

test('what is active in the old process is active in the new one', async () => {
  const socket = new RawClient(before.port).send(upgrade);
  await socket.until(/101 Switching/);
  await change();
  t.clock.now += 60_000;
  const at = t.clock.now;
  socket.send(frame);
  await eventually('it was seen', () => before.routes.find('/user/ada/')?.lastActivity === at);
  socket.socket.destroy();
  await left;
  await eventually('it is known', () => t.proxy.routes.find('/user/ada/')?.lastActivity === at);
});

test('a route that the new process loses ends in the old one too; one that it gets is there', async () => {
  const socket = new RawClient(before.port).send(upgrade);
  await socket.until(/101 Switching/);
  const kept = new RawClient(before.port).send(get('ada'));
  await kept.until(/ada/);
  await change();
  await t.route('bob', (_req, res) => res.end('bob'));
  await eventually('the route is known', () => before.routes.find('/user/bob/') !== null);
  kept.send(get('bob'));
  expect(await kept.all()).toMatch(/bob$/);
  await t.proxy.routes.remove('/user/ada/');
  await socket.closed;
  await left;
});

test('the old process writes no routes any more', async () => {
  const socket = new RawClient(before.port).send(upgrade);
  await socket.until(/101 Switching/);
  await change();
  await t.route('bob', (_req, res) => res.end('bob'));
  await before.routes.save();
  await t.restart();
  expect(t.proxy.routes.find('/user/bob/')).not.toBeNull();
});

test('told to hurry, it ends at once', async () => {
  const socket = new RawClient(before.port).send(upgrade);
  await socket.until(/101 Switching/);
  await change();
  hurry.abort();
  await left;
  await socket.closed;
  await eventually('its report is gone', () => !existsSync(join(folder(), 'leaving-1999999999.json')));
});
