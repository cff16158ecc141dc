import { readdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, type ProxyForTest, proxyForTest, RawClient, statusesOf } from '../support/proxy-for-test.ts';

let t: ProxyForTest;

beforeEach(async () => {
  t = await proxyForTest();
  await t.serve('hub', (_req, res) => res.end('hub'));
});

afterEach(() => t.close());

const ask = (path = '/user/ada/ws') =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`;
const switching =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n';

/** A server for `/user/<name>/` that switches and hands over the connection. */
async function websocketServer(
  name: string,
  onSocket: (socket: Duplex, req: IncomingMessage) => void,
  head = '',
): Promise<void> {
  const server = await t.route(name, (_req, res) => res.end('plain'));
  server.on('upgrade', (req, socket) => {
    socket.on('error', () => undefined);
    socket.write(switching + head);
    onSocket(socket, req);
  });
}

const echo = (socket: Duplex) => void socket.pipe(socket);

/** A client whose websocket to `path` is open. */
async function opened(path?: string): Promise<RawClient> {
  const client = new RawClient(t.proxy.port).send(ask(path));
  await client.until(/101 Switching Protocols\r\n[^]*\r\n\r\n/);
  return client;
}

describe('a websocket', () => {
  test('carries bytes both ways, those beside the heads too', async () => {
    await websocketServer('ada', echo, 'FIRST');
    const client = new RawClient(t.proxy.port).send(`${ask()}early`);
    await client.until(/FIRST[^]*early/);
    client.send('later');
    await client.until(/later/);
    expect(client.received).toMatch(/Sec-WebSocket-Accept: x\r\n/);
    expect(t.proxy.status().websockets).toBe(1);
  });

  test('is asked for with the headers that belong to it, and without the login of the hub', async () => {
    let headers: IncomingMessage['headers'] = {};
    await websocketServer('ada', (_socket, req) => {
      headers = req.headers;
    });
    const text = ask().replace(
      '\r\n\r\n',
      '\r\nCookie: jupyterhub-hub-login=x; a=1\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n',
    );
    await new RawClient(t.proxy.port).send(text).until(/101/);
    expect(headers).toMatchObject({
      upgrade: 'websocket',
      connection: 'Upgrade',
      cookie: 'a=1',
      'x-forwarded-for': '127.0.0.1',
    });
  });

  test('reaches the hub as well', async () => {
    const hub = await t.serve('hub2', () => undefined);
    hub.on('upgrade', (_req, socket) => socket.end(`${switching}from the hub`));
    await t.proxy.routes.add({
      prefix: '/services/x/',
      target: `unix:${t.socketOf('hub2')}`,
      uid: process.getuid?.() ?? 0,
      data: {},
    });
    expect(await (await opened('/services/x/')).all()).toContain('from the hub');
  });

  test('of which the client ends its half still hears the rest', async () => {
    await websocketServer('ada', (socket) => {
      socket.resume();
      socket.once('end', () => setTimeout(() => socket.end('last words'), 50));
    });
    const client = await opened();
    client.socket.end();
    expect(await client.all()).toMatch(/last words$/);
    await eventually('it is counted no more', () => t.proxy.status().websockets === 0);
  });

  test('ends at the server when the client is gone', async () => {
    let closed = false;
    await websocketServer('ada', (socket) => {
      socket.resume();
      socket.once('end', () => (closed = true));
    });
    const client = await opened();
    client.socket.resetAndDestroy();
    await eventually('the server sees the end', () => closed);
    expect(t.proxy.status()).toMatchObject({ websockets: 0 });
  });

  test('ends at the client when the server is gone, after what was sent', async () => {
    await websocketServer('ada', (socket) => {
      socket.write('going', () => socket.destroy());
    });
    expect(await (await opened()).all()).toMatch(/going$/);
  });

  test('stays open when its route is given again, and ends when the route is removed or replaced', async () => {
    await websocketServer('ada', echo);
    const route = { prefix: '/user/ada/', target: `unix:${t.socketOf('ada')}`, uid: process.getuid?.() ?? 0 };
    const client = await opened();
    await t.proxy.routes.add({ ...route, data: { again: 'yes' } });
    client.send('still here');
    await client.until(/still here/);
    expect(t.proxy.routes.list()[0]?.data).toEqual({ again: 'yes' });
    await t.proxy.routes.remove('/user/ada/');
    await client.all();
    expect(t.proxy.status().websockets).toBe(0);
  });

  test('slows down the side that sends more than the other reads', async () => {
    let server: Duplex | undefined;
    await websocketServer('ada', (socket) => {
      server = socket;
    });
    const client = await opened();
    client.socket.pause();
    let wrote = 0;
    const chunk = Buffer.alloc(65_536, 'x');
    while (wrote < 64 * 1024 * 1024 && server?.write(chunk) === true) wrote += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    while (wrote < 64 * 1024 * 1024 && server?.writableNeedDrain === false && server.write(chunk))
      wrote += chunk.length;
    expect(wrote).toBeLessThan(16 * 1024 * 1024);
    client.socket.resume();
  });
});

describe('a refusal to switch', () => {
  test('is passed on as the server put it', async () => {
    await t.route('ada', (_req, res) => res.writeHead(403, { 'X-Why': 'not you' }).end('no'));
    const server = await t.serve('strict', () => undefined);
    server.on('upgrade', (_req, socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\nX-Why: not you\r\nContent-Length: 2\r\n\r\nno'),
    );
    await t.proxy.routes.add({
      prefix: '/user/strict/',
      target: `unix:${t.socketOf('strict')}`,
      uid: process.getuid?.() ?? 0,
      data: {},
    });
    for (const path of ['/user/ada/', '/user/strict/']) {
      const answer = await new RawClient(t.proxy.port).send(ask(path)).all();
      expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[^]*X-Why: not you\r\n[^]*no/);
    }
  });

  test('is a 503 when nobody is there, a 400 for an ambiguous path', async () => {
    await t.proxy.routes.add({ prefix: '/user/gone/', target: `unix:${t.socketOf('gone')}`, uid: 0, data: {} });
    expect(statusesOf(await new RawClient(t.proxy.port).send(ask('/user/gone/')).all())).toEqual([503]);
    expect(statusesOf(await new RawClient(t.proxy.port).send(ask('/user//ada/')).all())).toEqual([400]);
  });

  test('is a 502 when the server switches to something else', async () => {
    await t.serveRaw('odd', (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: ftp\r\n\r\n')),
    );
    await t.proxy.routes.add({
      prefix: '/user/odd/',
      target: `unix:${t.socketOf('odd')}`,
      uid: process.getuid?.() ?? 0,
      data: {},
    });
    expect(statusesOf(await new RawClient(t.proxy.port).send(ask('/user/odd/')).all())).toEqual([502]);
  });

  test('leaves no descriptor behind, three hundred times over', async () => {
    await t.route('ada', (_req, res) => res.writeHead(403).end());
    await t.proxy.routes.add({ prefix: '/user/gone/', target: `unix:${t.socketOf('gone')}`, uid: 0, data: {} });
    await t.serveRaw('rude', (socket) => socket.once('data', () => socket.destroy()));
    await t.proxy.routes.add({
      prefix: '/user/rude/',
      target: `unix:${t.socketOf('rude')}`,
      uid: process.getuid?.() ?? 0,
      data: {},
    });
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await new RawClient(t.proxy.port).send(ask()).all();
    const before = descriptors();
    for (let round = 0; round < 10; round++) {
      const paths = ['/user/ada/', '/user/gone/', '/user/rude/'].flatMap((path) =>
        Array.from({ length: 10 }, () => path),
      );
      const answers = await Promise.all(paths.map((path) => new RawClient(t.proxy.port).send(ask(path)).all()));
      expect(new Set(answers.flatMap(statusesOf))).toEqual(new Set([403, 503, 502]));
    }
    await eventually('all connections are closed', () => descriptors() <= before);
    expect(t.proxy.status()).toMatchObject({ connections: 0, websockets: 0 });
  });
});

describe('activity on a websocket', () => {
  const last = () => t.proxy.routes.list()[0]?.lastActivity;
  const frame = (opcode: number) => Buffer.from([0x80 | opcode, 0x82, 0, 0, 0, 0, 0x68, 0x69]);

  test('is data from the client; pings, pongs and what the server says are not', async () => {
    let server: Duplex | undefined;
    await websocketServer('ada', (socket) => {
      server = socket;
      echo(socket);
    });
    const client = await opened();
    const since = t.clock.now;
    t.clock.now += 60_000;
    client.send(frame(9)).send(frame(10));
    await client.until(/\x8a\x82/);
    server?.write('\x81\x05SERVER');
    await client.until(/SERVER/);
    expect(last()).toBe(since);
    client.send(frame(1));
    await client.until(/\x81\x82/);
    expect(last()).toBe(t.clock.now);
  });
});
