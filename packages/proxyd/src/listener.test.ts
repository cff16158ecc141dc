import { EventEmitter } from 'node:events';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import type { Server } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import { Connections } from './connections.ts';
import { limitsOf } from './limits.ts';
import { nowhereElse, watchFull } from './listener.ts';

let said: string[];
let server: EventEmitter;

function connect(remoteAddress: string): EventEmitter & { isRefused: boolean } {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    isRefused: false,
    destroy: () => (socket.isRefused = true),
  });
  server.emit('connection', socket);
  return socket;
}

beforeEach(() => {
  said = [];
  server = new EventEmitter();
  const limits = limitsOf(
    schema.parse({ proxy: { max_connections_per_address: 2, trusted_proxies: ['192.0.2.9'] } }).proxy,
  );
  const log = makeLog({ name: 'test', output: { write: (line: string) => void said.push(JSON.parse(line).msg) } });
  const parts = { clock: () => 0, connections: new Connections(), elsewhere: nowhereElse, limits: () => limits, log };
  watchFull(parts, server as unknown as Server);
});

test('one address cannot have all connections; that it wants more is said once', () => {
  const [first, ...others] = Array.from({ length: 4 }, () => connect('192.0.2.1'));
  expect(others.map(({ isRefused }) => isRefused)).toEqual([false, true, true]);
  expect(said).toEqual([expect.stringMatching(/^192\.0\.2\.1 has 2 connections .*max_connections_per_address/)]);
  expect(connect('192.0.2.2').isRefused).toBe(false);
  first?.emit('close');
  expect(connect('192.0.2.1').isRefused).toBe(false);
});

test('a proxy that is trusted, and this host, speak for many', () => {
  for (const address of ['192.0.2.9', '::ffff:192.0.2.9', '127.0.0.1', '::1', '']) {
    const sockets = Array.from({ length: 4 }, () => connect(address));
    expect(sockets.filter(({ isRefused }) => isRefused)).toEqual([]);
  }
});
