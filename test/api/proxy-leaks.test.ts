import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, type ProxyForTest, proxyForTest, RawClient } from '../support/proxy-for-test.ts';

let t: ProxyForTest;
const uid = process.getuid?.() ?? 0;
const rounds = 10_000;
const atOnce = 50;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

beforeEach(async () => {
  t = await proxyForTest({ max_connections: 1000 });
  await t.serve('hub', (_req, res) => res.end('hub'));
});

afterEach(() => t.close());

const descriptors = () => readdirSync('/proc/self/fd').length;

/** Heap after what can be collected is, and what the proxy logged. */
function heap(): number {
  t.records.length = 0;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** Does it ten thousand times, some at once, and compares what is left with what was there after a first thousand. */
async function leavesNothing(act: (round: number) => Promise<unknown>): Promise<void> {
  const run = async (count: number) => {
    for (let i = 0; i < count; i += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, j) => act(i + j)));
    }
    await eventually('all connections are closed', () => t.proxy.status().connections === 0);
    await t.proxy.routes.remove('/user/ada/');
    await eventually('those to the server as well', () => open === 0);
  };
  await run(rounds / 10);
  await addRoute();
  const before = { descriptors: descriptors(), heap: heap() };
  await run(rounds);
  await addRoute();
  await eventually('descriptors are back where they were', () => descriptors() <= before.descriptors);
  // A hundred bytes a time would be a megabyte; what the test itself keeps is less.
  expect(heap() - before.heap).toBeLessThan(1_000_000);
  expect(t.proxy.status()).toMatchObject({ connections: 0, websockets: 0 });
}

/** Connections that the server has. */
let open = 0;

const addRoute = () => t.proxy.routes.add({ prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid, data: {} });

async function server(onData: (socket: Socket, round: number) => void): Promise<void> {
  open = 0;
  let round = 0;
  await t.serveRaw('ada', (socket) => {
    open++;
    socket.once('close', () => open--);
    socket.on('data', () => onData(socket, round++));
    socket.on('end', () => socket.destroy());
  });
  await addRoute();
}

const upgrade =
  'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

test('ten thousand failed websockets leave nothing', { timeout: 180_000 }, async () => {
  const ways: ReadonlyArray<(socket: Socket) => void> = [
    (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
    (socket) => socket.destroy(),
    (socket) => socket.end('nonsense\r\n\r\n'),
    (socket) => socket.end('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: ftp\r\n\r\n'),
    (socket) => socket.write(switching, () => socket.destroy()),
  ];
  await server((socket, round) => ways[round % ways.length]?.(socket));
  await leavesNothing((round) => {
    const client = new RawClient(t.proxy.port).send(upgrade);
    if (round % 7 === 0) client.socket.once('connect', () => client.socket.resetAndDestroy());
    return client.closed;
  });
});

test('ten thousand uploads that were broken off leave nothing', { timeout: 180_000 }, async () => {
  await server(() => undefined);
  const chunked = 'Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n';
  const known = 'Content-Length: 100000\r\n\r\nabcde';
  await leavesNothing(async (round) => {
    const client = new RawClient(t.proxy.port);
    client.send(`POST /user/ada/ HTTP/1.1\r\nHost: h\r\n${round % 2 === 0 ? known : chunked}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (round % 3 === 0) client.socket.resetAndDestroy();
    else client.socket.destroy();
    await client.closed;
  });
});

test('ten thousand downloads that were broken off leave nothing', { timeout: 180_000 }, async () => {
  const heads = [
    'Content-Length: 100000\r\n\r\nabcde',
    'Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n',
    '\r\nabcde',
  ];
  await server((socket, round) => socket.write(`HTTP/1.1 200 OK\r\n${heads[round % heads.length]}`));
  await leavesNothing(async (round) => {
    const client = new RawClient(t.proxy.port).send('GET /user/ada/ HTTP/1.1\r\nHost: h\r\n\r\n');
    await client.until(/abcde/);
    // Whether a client that only ends its half is gone shows after a while.
    if (round % atOnce === 0) client.socket.destroy();
    else client.socket.resetAndDestroy();
    await client.closed;
  });
});

test('servers that die in every state leave nothing', { timeout: 180_000 }, async () => {
  const said = [
    '',
    'HTT',
    'HTTP/1.1 200 OK\r\nConte',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nX: ',
    'HTTP/1.1 200 OK\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    switching,
  ];
  await server((socket, round) => {
    const text = said[round % said.length] ?? '';
    if (text === '') socket.destroy();
    else socket.write(text, () => socket.destroy());
  });
  const asks = [
    'GET /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    'POST /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 100\r\n\r\nabc',
    'POST /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n',
    upgrade,
  ];
  await leavesNothing((round) => {
    const client = new RawClient(t.proxy.port).send(asks[round % asks.length] ?? '');
    // The last kind of answer is a whole one, after which a client may stay.
    client.socket.once('data', () => client.socket.end());
    return client.closed;
  });
});
