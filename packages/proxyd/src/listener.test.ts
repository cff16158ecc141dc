import { EventEmitter } from 'node:events';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import type { Server } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import { Connections } from './connections.ts';
import { limitsOf } from './limits.ts';
import { Accepted, nowhereElse, watchFull } from './listener.ts';

type Watched = EventEmitter & { maxConnections?: number };

let said: string[];
let server: Watched;
let other: Watched;

function connect(remoteAddress: string, to = server): EventEmitter & { isRefused: boolean } {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    isRefused: false,
    destroy: () => (socket.isRefused = true),
  });
  to.emit('connection', socket);
  return socket;
}

beforeEach(() => {
  said = [];
  [server, other] = [new EventEmitter(), new EventEmitter()];
  const limits = limitsOf(
    schema.parse({ proxy: { max_connections: 10, max_connections_per_address: 2, trusted_proxies: ['192.0.2.9'] } })
      .proxy,
  );
  const log = makeLog({ name: 'test', output: { write: (line: string) => void said.push(JSON.parse(line).msg) } });
  const parts = {
    clock: () => 0,
    connections: new Connections(),
    elsewhere: nowhereElse,
    accepted: new Accepted(),
    onCount: () => applies.forEach((apply) => apply()),
    limits: () => limits,
    log,
  };
  const applies = [server, other].map((one) => watchFull(parts, one as unknown as Server));
});

test('one address cannot have all connections; that it wants more is said once', () => {
  const [first, ...others] = Array.from({ length: 4 }, () => connect('192.0.2.1'));
  expect(others.map(({ isRefused }) => isRefused)).toEqual([false, true, true]);
  expect(said).toEqual([expect.stringMatching(/^192\.0\.2\.1 has 2 connections .*max_connections_per_address/)]);
  expect(connect('192.0.2.2').isRefused).toBe(false);
  first?.emit('close');
  expect(connect('192.0.2.1').isRefused).toBe(false);
});

test('limits are those of all listeners together', () => {
  const [first, second] = [connect('192.0.2.1'), connect('192.0.2.1', other)];
  expect([first, second].map(({ isRefused }) => isRefused)).toEqual([false, false]);
  for (const to of [server, other]) {
    const third = connect('192.0.2.1', to);
    expect(third.isRefused).toBe(true);
    third.emit('close');
  }
  connect('192.0.2.2');
  expect([server.maxConnections, other.maxConnections]).toEqual([9, 8]);
  first.emit('close');
  second.emit('close');
  expect([server.maxConnections, other.maxConnections]).toEqual([10, 9]);
});

test('a proxy that is trusted, and this host, speak for many', () => {
  for (const address of ['192.0.2.9', '::ffff:192.0.2.9', '127.0.0.1', '::1', '']) {
    const sockets = Array.from({ length: 4 }, () => connect(address));
    expect(sockets.filter(({ isRefused }) => isRefused)).toEqual([]);
  }
});
