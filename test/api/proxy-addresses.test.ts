import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { maxHubRequestsOfAddress } from '../../packages/proxyd/src/limits.ts';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  statusesOf,
} from '../support/proxy-for-test.ts';

let t: ProxyForTest;
let waiting: ServerResponse[];

beforeEach(async () => {
  t = await proxyForTest({ trusted_proxies: ['127.0.0.1'] });
  waiting = [];
  await t.serve('hub', (req, res) => (req.url === '/hub/slow' ? void waiting.push(res) : void res.end()));
});
afterEach(() => t.close());

const request = (address: string, path: string, more = 'Connection: close\r\n'): string =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: ${address}\r\n${more}\r\n`;
const ask = async (address: string, more?: string): Promise<readonly number[]> =>
  statusesOf(await exchange(t.proxy.port, request(address, '/hub/home', more)));

test('slow requests of one address to the hub leave room for others', async () => {
  const slow = Array.from({ length: maxHubRequestsOfAddress }, () =>
    new RawClient(t.proxy.port).send(request('203.0.113.7', '/hub/slow')),
  );
  await eventually('all of them reach the hub', () => waiting.length === maxHubRequestsOfAddress);
  expect(await ask('203.0.113.7')).toEqual([429]);
  expect(await ask('203.0.113.8')).toEqual([200]);
  for (const res of waiting) res.end();
  await Promise.all(slow.map((client) => client.closed));
  expect(await ask('203.0.113.7')).toEqual([200]);
});

test('a request that is over does not count, in whatever way it came', async () => {
  const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';
  for (let i = 0; i <= maxHubRequestsOfAddress; i++) expect(await ask('203.0.113.7', upgrade)).toEqual([200]);
});

test.each([
  [(i: number) => `2001:db8:1:2::${i.toString(16)}`, '2001:db8:1:2:ffff::1', '2001:db8:1:3::1'],
  [() => '::ffff:203.0.113.7', '203.0.113.7', '203.0.113.8'],
])('one share has a network of IPv6, and an address of IPv4 however it is written: %#', async (of, same, other) => {
  const slow = Array.from({ length: maxHubRequestsOfAddress }, (_, i) =>
    new RawClient(t.proxy.port).send(request(of(i), '/hub/slow')),
  );
  await eventually('all of them reach the hub', () => waiting.length === maxHubRequestsOfAddress);
  expect(await ask(same)).toEqual([429]);
  expect(await ask(other)).toEqual([200]);
  for (const res of waiting) res.end();
  await Promise.all(slow.map((client) => client.closed));
});

test.each([false, true])(
  'who was gone before being looked at is nobody, and above all no UNIX peer; in a thread: %s',
  async (withThread) => {
    await t.close();
    t = await proxyForTest({ withThread, trusted_proxies: ['unix'] });
    const seen: unknown[] = [];
    await t.serve('hub', (req, res) => {
      seen.push(req.headers['x-real-ip']);
      res.end('hub');
    });
    // While this process waits for it, nobody is accepted.
    const script = `
    const socket = require('node:net').connect(${t.proxy.port}, '127.0.0.1');
    socket.write('GET /hub/ HTTP/1.1\\r\\nHost: h\\r\\nX-Forwarded-For: 203.0.113.7\\r\\n\\r\\n', () => socket.resetAndDestroy());
  `;
    for (let i = 0; i < 5; i++) execFileSync(process.execPath, ['-e', script]);
    expect(
      statusesOf(await exchange(t.proxy.port, 'GET /hub/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')),
    ).toEqual([200]);
    expect(seen).toEqual(['127.0.0.1']);
  },
);
