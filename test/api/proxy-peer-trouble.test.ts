import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { anyUid } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  statusesOf,
} from '../support/proxy-for-test.ts';

// What configurable-http-proxy is known to do wrong, row by row.

let t: ProxyForTest;
/** Who was asked for what, in the bytes that they saw. */
let seen: string[];
const uid = process.getuid?.() ?? 0;

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const plain = 'Connection: close\r\n';
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';

beforeEach(async () => {
  t = await proxyForTest();
  seen = [];
});
afterEach(() => t.close());

/** Bare servers, so that what they were sent is known to the byte. */
async function serveAll(): Promise<void> {
  const answers = (name: string) => (socket: Socket) => {
    socket.once('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1');
      seen.push(`${name} ${head.split(' ')[1]}`);
      socket.end(head.includes('Upgrade: websocket') ? switching : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    socket.on('end', () => socket.end());
  };
  await t.serveRaw('hub', answers('hub'));
  for (const name of ['alice', 'bob', 'x@y']) {
    await t.serveRaw(name, answers(name));
    const target = `unix:${t.socketOf(name)}`;
    await t.proxy.routes.add({ prefix: `/user/${encodeURIComponent(name)}/`, target, uid, data: {} });
  }
}

const ask = (target: string, more: string) =>
  exchange(t.proxy.port, `GET ${target} HTTP/1.1\r\nHost: h\r\n${more}\r\n`);

describe('the peer routes one thing and forwards another; here', () => {
  beforeEach(serveAll);

  test.each([
    ['//evil/user/bob/lab', '/user/bob', '400'],
    ['/user/alice/../bob/lab', '/user/bob', '400'],
    ['/user%2Fbob/lab', '/user/bob', '400'],
    ['/user/alice%2f..%2fbob', '/user/alice', '400'],
    ['/user\\bob/x', '/user/bob', '400'],
    ['/user//bob/lab', 'the default route', '400'],
    ['/%', 'a 500', '400'],
    ['/constructor/x', 'a 500', 'hub'],
    ['/__proto__/x', 'a 500', 'hub'],
    ['/hasOwnProperty', 'a 500', 'hub'],
    ['/user/__proto__/x', 'a 500', 'hub'],
    ['/user/x@y/lab', 'only as it was added', 'x@y'],
    ['/user/x%40y/lab', 'only as it was added', 'x@y'],
    ['/user/alice/a%2Fb//c?d=/../e', '/user/alice', 'alice'],
  ])('%s, which it takes for %s, is for: %s', async (target, _peer, who) => {
    for (const [more, good] of [
      [plain, 200],
      [upgrade, 101],
    ] as const) {
      seen = [];
      const [status] = statusesOf(await ask(target, more));
      expect(status).toBe(who === '400' ? 400 : good);
      // To the byte, or not at all.
      expect(seen).toEqual(who === '400' ? [] : [`${who} ${target}`]);
    }
  });
});

describe('a page for an error', () => {
  test('asks nobody: neither a hub that is there nor one that is down', async () => {
    await serveAll();
    await t.proxy.routes.add({ prefix: '/user/gone/', target: `unix:${t.socketOf('gone')}`, uid, data: {} });
    expect(await ask('/user/gone/', `${plain}Accept: text/html\r\n`)).toMatch(/ 503 [^]*<h1>/);
    expect(await ask('/user/gone/', `${plain}Accept: application/json\r\n`)).toMatch(/ 503 [^]*\{"status":503/);
    expect(seen).toEqual([]);
    await t.restart();
    await t.proxy.routes.add({ prefix: '/user/gone/', target: `unix:${t.socketOf('gone')}`, uid, data: {} });
    expect(await ask('/user/gone/', `${plain}Accept: text/html\r\n`)).toMatch(/ 503 [^]*<h1>/);
  });

  test('closes what it opened to the error target, whatever that does (its no. 557: ports ran out)', async () => {
    const ways = [
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage'),
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n' + 'x'.repeat(1_100_000)),
      (socket: Socket) => socket.end('nonsense\r\n\r\n'),
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage'),
    ];
    let open = 0;
    let round = 0;
    const target = createServer((socket) => {
      open++;
      socket.on('error', () => undefined).once('close', () => open--);
      socket.once('data', () => ways[round++ % ways.length]?.(socket));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => target.once('listening', resolve));
    const port = (target.address() as AddressInfo).port;
    await t.close();
    t = await proxyForTest({ routes: { error_target: `http://127.0.0.1:${port}` } });
    await t.proxy.routes.add({ prefix: '/', target: 'http://127.0.0.1:1', uid: anyUid, data: {}, posted: {} });
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await ask('/', plain);
    await eventually('the first is closed', () => open === 0);
    const before = descriptors();
    for (let i = 0; i < 20; i++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask('/', plain)));
      expect(new Set(answers.flatMap(statusesOf))).toEqual(new Set([503]));
    }
    await eventually('none is open any more', () => open === 0);
    await eventually('no descriptor is left', () => descriptors() <= before);
    await new Promise((resolve) => target.close(resolve));
  });
});

describe('a server that dies', () => {
  test.each([
    ['a request', plain, 502],
    ['a websocket that it has not taken', upgrade, 502],
  ])('is a 502 for %s', async (_what, more, status) => {
    await t.serveRaw('ada', (socket) => socket.once('data', () => socket.destroy()));
    await t.proxy.routes.add({ prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid, data: {} });
    expect(statusesOf(await ask('/user/ada/', more))).toEqual([status]);
  });

  test('ends the websockets that it had, and none is counted any more', async () => {
    let server: Socket | undefined;
    await t.serveRaw('ada', (socket) => {
      server = socket;
      socket.once('data', () => socket.write(switching));
    });
    await t.proxy.routes.add({ prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid, data: {} });
    const client = new RawClient(t.proxy.port).send(`GET /user/ada/ HTTP/1.1\r\nHost: h\r\n${upgrade}\r\n`);
    await client.until(/101/);
    server?.destroy();
    await client.all();
    await eventually('it is counted no more', () => t.proxy.status().websockets === 0);
  });
});

test('a client of HTTP/1.0 that names no host is served (jupyterhub 1137: it ended the process)', async () => {
  await serveAll();
  const said = await exchange(t.proxy.port, 'GET /user/bob/ HTTP/1.0\r\n\r\n');
  expect(statusesOf(said)).toEqual([200]);
  expect(seen).toEqual(['bob /user/bob/']);
});
