import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverBounds } from '../../packages/proxyd/src/limits.ts';
import { eventually, type ProxyForTest, proxyForTest, RawClient, statusesOf } from '../support/proxy-for-test.ts';

let t: ProxyForTest;

beforeEach(async () => {
  t = await proxyForTest({ max_connections: 1000 });
});
afterEach(() => t.close());

async function routeTo(name: string): Promise<void> {
  const target = `unix:${t.socketOf(name)}`;
  await t.proxy.routes.add({ prefix: `/user/${name}/`, target, uid: process.getuid?.() ?? 0, data: {} });
}

/** A server that takes connections and never says anything; `under` are those it has. */
async function serveSilence(name: string): Promise<{ under: () => number }> {
  const sockets = new Set<Socket>();
  await t.serveRaw(name, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('end', () => socket.end());
    socket.resume();
  });
  await routeTo(name);
  return { under: () => sockets.size };
}

/** Asks for a websocket; `who` are headers that tell who asks. */
const upgrade = (who = ''): string =>
  `GET /user/ada/ws HTTP/1.1\r\nHost: h\r\n${who}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

test('a server that says "continue" without end is passed on once: what nobody takes would pile up here', async () => {
  await t.serveRaw('ada', (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      for (let i = 0; i < 1000; i++) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  await routeTo('ada');
  const head = 'POST /user/ada/ HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
  const client = new RawClient(t.proxy.port).send(head);
  expect(statusesOf(await client.until(/ok$/))).toEqual([100, 200]);
  client.socket.destroy();
});

test('websockets that a server does not answer are so many and no more; then there is room again', async () => {
  const { under } = await serveSilence('ada');
  const clients = Array.from({ length: serverBounds.maxSockets + 20 }, () =>
    new RawClient(t.proxy.port).send(upgrade()),
  );
  const answered = () => clients.filter(({ received }) => received.includes(' 503 '));
  await eventually('those beyond the limit are refused', () => answered().length === 20);
  await eventually('the others are at the server', () => under() === serverBounds.maxSockets);
  for (const { socket } of clients) socket.destroy();
  await eventually('all are gone', () => under() === 0);
  const late = new RawClient(t.proxy.port).send(upgrade());
  await eventually('there is room again', () => under() === 1);
  late.socket.destroy();
});

test('websockets that are open count no more', async () => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  await t.serveRaw('ada', (socket) => {
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.once('data', () => socket.write(switching));
  });
  await routeTo('ada');
  for (let round = 0; round < 3; round++) {
    const clients = Array.from({ length: 100 }, () => new RawClient(t.proxy.port).send(upgrade()));
    await Promise.all(clients.map((client) => client.until(/101 Switching/)));
  }
  expect(t.proxy.status().websockets).toBe(300);
});

describe('behind a proxy that tells who asks', () => {
  const stranger = 'X-Forwarded-For: 203.0.113.9\r\n';
  const colleague = 'X-Forwarded-For: 198.51.100.7\r\n';
  beforeEach(async () => {
    await t.close();
    t = await proxyForTest({ max_connections: 1000, trusted_proxies: ['127.0.0.1'] });
  });

  test('slow uploads from one address leave connections to the server for others, and its own next request waits', async () => {
    let under = 0;
    await t.route('ada', (req, res) => {
      under++;
      res.once('close', () => under--);
      req.resume().once('end', () => res.end('ok'));
    });
    const { maxOfAddress } = serverBounds;
    const slow = `POST /user/ada/ HTTP/1.1\r\nHost: h\r\n${stranger}Content-Length: 2\r\n\r\nx`;
    const clients = Array.from({ length: maxOfAddress + 20 }, () => new RawClient(t.proxy.port).send(slow));
    await eventually('they have what they may', () => under === maxOfAddress);
    const quick = (who: string): RawClient =>
      new RawClient(t.proxy.port).send(`GET /user/ada/ HTTP/1.1\r\nHost: h\r\n${who}Connection: close\r\n\r\n`);
    expect(statusesOf(await quick(colleague).all())).toEqual([200]);
    const next = quick(stranger);
    expect(statusesOf(await quick(colleague).all())).toEqual([200]);
    expect(next.received).toBe('');
    for (const client of clients) client.send('y');
    expect(statusesOf(await next.all())).toEqual([200]);
    await Promise.all(clients.map((client) => client.until(/ok$/)));
    for (const { socket } of clients) socket.destroy();
    await eventually('all are gone', () => under === 0);
  });

  test('websockets without an answer from one address leave room for those of others', async () => {
    const { under } = await serveSilence('ada');
    const { maxOfAddress } = serverBounds;
    const clients = Array.from({ length: maxOfAddress + 5 }, () => new RawClient(t.proxy.port).send(upgrade(stranger)));
    await eventually(
      'those beyond the share are refused',
      () => clients.filter(({ received }) => received.includes(' 503 ')).length === 5,
    );
    const other = new RawClient(t.proxy.port).send(upgrade(colleague));
    await eventually('the other is at the server', () => under() === maxOfAddress + 1);
    for (const { socket } of [...clients, other]) socket.destroy();
    await eventually('all are gone', () => under() === 0);
  });

  test('requests of one address wait in half of the places there are; further ones are refused, and those of others wait', async () => {
    await t.close();
    t = await proxyForTest({ max_connections: 3000, trusted_proxies: ['127.0.0.1'] });
    const waiting: ServerResponse[] = [];
    await t.route('ada', (_, res) => void waiting.push(res));
    const { maxSockets, maxOfAddress, maxWaiting } = serverBounds;
    const many = (who: string, count: number): RawClient[] =>
      Array.from({ length: count }, () =>
        new RawClient(t.proxy.port).send(`GET /user/ada/ HTTP/1.1\r\nHost: h\r\n${who}\r\n`),
      );
    const strangers = many(stranger, maxOfAddress + maxWaiting / 2 + 3);
    const refused = () => strangers.filter(({ received }) => received.includes(' 503 '));
    await eventually('those beyond it are refused', () => refused().length === 3);
    const colleagues = many(colleague, maxSockets - maxOfAddress + 1);
    await eventually('all connections are in use', () => waiting.length === maxSockets);
    expect(refused()).toHaveLength(3);

    // The route goes: who waits is told, who is being answered is cut.
    await t.proxy.routes.remove('/user/ada/');
    const told = () => [...strangers, ...colleagues].filter(({ received }) => received.includes(' 503 ')).length;
    await eventually('who waits is answered', () => told() === 3 + maxWaiting / 2 + 1);
    for (const { socket } of [...strangers, ...colleagues]) socket.destroy();
  });
});
