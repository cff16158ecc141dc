import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { type Thread, startThread } from '../../packages/proxyd/src/threads/thread.ts';
import { maxHubRequestsOfAddress, serverBounds } from '../../packages/proxyd/src/limits.ts';
import { eventually, type ProxyForTest, proxyForTest, RawClient, statusesOf } from '../support/proxy-for-test.ts';

let t: ProxyForTest;
/** Requests that the hub has not answered. */
let underWay: number;

afterEach(() => t.close());

const upgrade = 'GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;

async function begin(settings: Record<string, unknown> = {}): Promise<void> {
  t = await proxyForTest({ withThread: true, ...settings });
  underWay = 0;
  await t.serve('hub', (req, res) => {
    underWay++;
    req.resume().on('end', () => {
      underWay--;
      res.end('hub');
    });
  });
}

/** A server whose websockets say what they hear. */
async function echoing(): Promise<void> {
  const server = await t.route('ada', (_req, res) => res.end('ada'));
  server.on('upgrade', (_req, socket: Duplex) => {
    socket.on('error', () => undefined);
    socket.write(switching);
    socket.pipe(socket);
  });
}

async function opened(): Promise<RawClient> {
  const client = new RawClient(t.proxy.port).send(upgrade);
  await client.until(/101 Switching[^]*\r\n\r\n/);
  return client;
}

/** Connections, of which all but one or two are the other thread's. */
function clients(count: number): RawClient[] {
  return Array.from({ length: count }, () => new RawClient(t.proxy.port));
}

test('a further thread serves when those there are busy, and what it counts is counted', async () => {
  await begin();
  await echoing();
  const before = t.proxy.counters.requests;
  const all = clients(20);
  for (const client of all) await client.send(request('/user/ada/')).until(/ada$/);
  expect(t.proxy.crew?.size).toBe(2);
  expect(t.proxy.crew?.connections).toBeGreaterThan(15);
  await t.proxy.collect();
  expect(t.proxy.counters.requests - before).toBe(20n);
  expect(t.proxy.counters.answers.get(200)).toBe(20);
  expect(t.proxy.status().connections).toBe(20);
  // A second collection counts nothing twice.
  await t.proxy.collect();
  expect(t.proxy.counters.requests - before).toBe(20n);
});

test('activity and open websockets in another thread are known before anybody is told of them', async () => {
  await begin();
  await echoing();
  t.clock.now += 60_000;
  await Promise.all(Array.from({ length: 5 }, opened));
  await t.proxy.collect();
  expect(t.proxy.routes.activeSince(t.clock.now)).toEqual({ '/user/ada/': t.clock.now });
  expect(t.proxy.status().websockets).toBe(5);
});

test('a route is known to every thread once it is added, and what uses it ends when it is removed', async () => {
  await begin();
  const ahead = clients(4);
  for (const client of ahead) await client.send(request('/user/ada/')).until(/hub$/);
  await echoing();
  for (const client of ahead) await client.send(request('/user/ada/')).until(/ada$/);
  const websockets = await Promise.all(Array.from({ length: 4 }, opened));
  await t.proxy.routes.remove('/user/ada/');
  await Promise.all(websockets.map(({ closed }) => closed));
  for (const client of ahead) await client.send(request('/user/ada/')).until(/ada[^]*hub$/);
});

test('all routes given at once are those of every thread', async () => {
  await begin();
  await echoing();
  const target = `unix:${t.socketOf('ada')}`;
  const uid = process.getuid?.() ?? 0;
  await t.proxy.routes.replace([{ prefix: '/user/bob/', target, uid, data: {} }]);
  for (const client of clients(4)) {
    await client.send(request('/user/ada/')).until(/hub$/);
    await client.send(request('/user/bob/')).until(/ada$/);
  }
});

test('the connections of all threads together are no more than may be', async () => {
  await begin({ max_connections: 20 });
  const all = clients(30);
  await eventually('the limit is reached', () =>
    t.records.some(({ msg }) => String(msg).includes('there are 20 connections already')),
  );
  expect(t.proxy.open()).toBeLessThanOrEqual(20);
  for (const { socket } of all) socket.destroy();
  await eventually('all are gone', () => t.proxy.open() === 0);
  const [again] = clients(1);
  expect(statusesOf(await again!.send(request('/')).until(/hub$/))).toEqual([200]);
});

test('what waits for a next request makes room in every thread', async () => {
  await begin({ max_connections: 10 });
  for (const client of clients(10)) await client.send(request('/')).until(/hub$/);
  await eventually('somebody new is served', () => {
    const client = new RawClient(t.proxy.port).send(request('/'));
    setTimeout(() => client.socket.destroy(), 200);
    return t.proxy.crew!.connections < 9;
  });
});

test('a server never has more connections than it may, from all threads together', async () => {
  await begin();
  let most = 0;
  let now = 0;
  let answer: Array<() => void> = [];
  await t.route('ada', (_req, res) => {
    most = Math.max(most, ++now);
    answer.push(() => {
      now--;
      res.end('ada');
    });
  });
  const all = clients(serverBounds.maxSockets + 100);
  for (const client of all) client.send(request('/user/ada/'));
  let done = 0;
  for (const client of all) void client.until(/ada$/).then(() => done++);
  await eventually('all have their answer', () => {
    for (const end of answer.splice(0)) end();
    answer = [];
    return done === all.length;
  });
  expect(most).toBeLessThanOrEqual(serverBounds.maxSockets);
});

test('the share of an address in the hub is that of all threads together', async () => {
  await begin({ trusted_proxies: ['127.0.0.1'] });
  let refused = 0;
  // It waits for a body that does not come.
  const slow = 'POST / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.7\r\nContent-Length: 5\r\n\r\n';
  const all = clients(maxHubRequestsOfAddress + 100);
  for (const client of all) {
    client.send(slow);
    void client.until(/HTTP\/1\.1 (503|429)/).then(
      () => refused++,
      () => undefined,
    );
  }
  await eventually('those beyond the share are refused', () => refused >= 100);
  expect(underWay).toBeLessThanOrEqual(maxHubRequestsOfAddress);
});

test('new settings are those of every thread, or of none', async () => {
  await begin();
  const ask = () => Promise.all(clients(4).map((client) => client.send(upload).until(/HTTP\/1\.1 \d{3}/)));
  const upload = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd';
  const reload = async (own: Record<string, unknown>) => {
    const fresh = t.settings(own);
    await t.proxy.crew!.prepareReload(fresh);
    const apply = t.proxy.prepareReload(fresh);
    apply();
    await t.proxy.crew!.applyReload(null);
  };
  await reload({ proxy: { max_body_size: 3 } });
  for (const text of await ask()) expect(text).toMatch(/ 413/);
  await expect(reload({ proxy_routes: { ca_file: '/nowhere' } })).rejects.toMatchObject({ code: 'config_invalid' });
  for (const text of await ask()) expect(text).toMatch(/ 413/);
});

test('a thread that begins between the reading of new settings and their use is counted still', async () => {
  t = await proxyForTest();
  let now = 0;
  let most = 0;
  await t.route('ada', (_req, res) => {
    most = Math.max(most, ++now);
    setImmediate(() => {
      now--;
      res.end('ada');
    });
  });
  const apply = t.proxy.prepareReload(t.settings({}));
  t.proxy.shareWith(serverBounds.maxSockets);
  apply();
  await Promise.all(clients(5).map((client) => client.send(request('/user/ada/')).until(/ada$/)));
  expect(most).toBe(1);
});

test('what other threads have under way lives on beside a successor, and ends when told to hurry', async () => {
  await begin({ drain_timeout: 3600 });
  await echoing();
  const websockets = await Promise.all(Array.from({ length: 4 }, opened));
  await t.proxy.leave();
  const hurry = new AbortController();
  const closing = t.proxy.close({ hasSuccessor: true, hurry: hurry.signal });
  for (const client of websockets) await client.send('still here').until(/still here$/);
  hurry.abort();
  await closing;
  await Promise.all(websockets.map(({ closed }) => closed));
  expect(t.proxy.open()).toBe(0);
});

test('a stop waits for answers that other threads have begun', async () => {
  await begin({ drain_timeout: 5 });
  const finish: Array<() => void> = [];
  await t.route('ada', (_req, res) => {
    res.write('begun');
    finish.push(() => void res.end('done'));
  });
  const all = clients(4);
  for (const client of all) await client.send(request('/user/ada/')).until(/begun/);
  const closing = t.proxy.close();
  for (const end of finish) end();
  for (const client of all) await client.until(/done/);
  await closing;
});

test('a thread of its own serves the same, and its end is that of all', { timeout: 60_000 }, async () => {
  let thread: Thread | undefined;
  const program = new URL('../support/thread-program.mjs', import.meta.url);
  await begin({
    thread: (workerData: object) => (thread = startThread(program, { workerData })),
  });
  await echoing();
  const websockets = await Promise.all(Array.from({ length: 4 }, opened));
  for (const client of websockets) await client.send('across').until(/across$/);
  expect(thread?.busy()).toBeGreaterThan(0);
  await t.proxy.collect();
  expect(t.proxy.status()).toMatchObject({ connections: 4, websockets: 4 });
  expect(t.failures).toEqual([]);
  thread?.tell('fail' as never);
  await eventually('it is told', () => t.failures.some(({ message }) => message === 'as asked'));
  thread?.end();
});
