import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  statusesOf,
} from '../support/proxy-for-test.ts';

let t: ProxyForTest;

beforeEach(async () => {
  t = await proxyForTest({ max_connections: 2000 });
});
afterEach(() => t.close());

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const upgrade = 'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

async function startHub(): Promise<Server> {
  return t.serve('hub', (_req, res) => res.end('hub'));
}

function stop(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

test('a hub that goes and comes leaves five hundred websockets and the requests beside them alone', async () => {
  let hub = await startHub();
  const server = await t.route('ada', (_req, res) => res.end('ok'));
  server.on('upgrade', (_req, socket: Duplex) => {
    socket.on('error', () => undefined);
    socket.write(switching);
    socket.pipe(socket);
  });
  const clients = Array.from({ length: 500 }, () => new RawClient(t.proxy.port).send(upgrade));
  await Promise.all(clients.map((client) => client.until(/101 Switching[^]*\r\n\r\n/)));

  const get = (path: string) => exchange(t.proxy.port, `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  const statuses: number[] = [];
  const hubStatuses = new Set<number>();
  for (let round = 0; round < 6; round++) {
    if (round % 2 === 1) await stop(hub);
    else if (round > 0) hub = await startHub();
    const word = `word${round}.`;
    for (const client of clients) client.send(word);
    const asked = Array.from({ length: 50 }, () =>
      get('/user/ada/').then((text) => statuses.push(...statusesOf(text))),
    );
    hubStatuses.add(statusesOf(await get('/hub/home'))[0] ?? 0);
    await Promise.all([...asked, ...clients.map((client) => client.until(new RegExp(word)))]);
  }
  expect(statuses).toEqual(Array.from({ length: 300 }, () => 200));
  expect(hubStatuses).toEqual(new Set([200, 503]));
  expect(t.proxy.status().websockets).toBe(500);
  for (const client of clients) client.socket.destroy();
  await eventually('all of them are gone', () => t.proxy.status().connections === 0);
});
