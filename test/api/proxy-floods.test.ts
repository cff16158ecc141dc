import { afterEach, beforeEach, expect, test } from 'vitest';
import { maxServerSockets } from '../../packages/proxyd/src/limits.ts';
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
  let under = 0;
  await t.serveRaw('ada', (socket) => {
    under++;
    socket.on('error', () => undefined);
    socket.on('close', () => under--);
    socket.on('end', () => socket.end());
    socket.resume();
  });
  await routeTo('ada');
  const upgrade = 'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const clients = Array.from({ length: maxServerSockets + 20 }, () => new RawClient(t.proxy.port).send(upgrade));
  const answered = () => clients.filter(({ received }) => received.includes(' 503 '));
  await eventually('those beyond the limit are refused', () => answered().length === 20);
  await eventually('the others are at the server', () => under === maxServerSockets);
  for (const { socket } of clients) socket.destroy();
  await eventually('all are gone', () => under === 0);
  const late = new RawClient(t.proxy.port).send(upgrade);
  await eventually('there is room again', () => under === 1);
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
  const upgrade = 'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  for (let round = 0; round < 3; round++) {
    const clients = Array.from({ length: 100 }, () => new RawClient(t.proxy.port).send(upgrade));
    await Promise.all(clients.map((client) => client.until(/101 Switching/)));
  }
  expect(t.proxy.status().websockets).toBe(300);
});
