import { once } from 'node:events';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { codeOf } from './failure.ts';
import { askerForTest } from '../../../test/support/asker-for-test.ts';
import type { Asker, UpstreamConnection } from './upstream-connection.ts';
import { UpstreamPool } from './upstream-pool.ts';

interface Told extends Asker {
  readonly failures: readonly string[];
}

function asker(address = ''): Told {
  const failures: string[] = [];
  return { ...askerForTest({ address, onFailure: (error) => failures.push(codeOf(error)) }), failures };
}

function poolOf(bounds: { maxSockets: number; maxOfAddress?: number; maxWaiting?: number }) {
  const sockets: Socket[] = [];
  const connect = (): Socket => {
    const socket = new Socket();
    sockets.push(socket);
    return socket;
  };
  return {
    sockets,
    pool: new UpstreamPool({
      connect,
      silenceMs: () => 0,
      bounds: () => ({ maxOfAddress: 0, maxWaiting: 10, ...bounds }),
    }),
  };
}

function ask(pool: UpstreamPool, address?: string): Told {
  const one = asker(address);
  pool.ask(one);
  return one;
}

test('a pool that is closed tells who waits, and whoever comes later, and connects no more', async () => {
  const { pool, sockets } = poolOf({ maxSockets: 1 });
  const [served, waits] = [ask(pool), ask(pool)];
  const alone = asker();
  pool.askAlone(alone);
  expect(sockets).toHaveLength(2);
  const closed = sockets.map((socket) => once(socket, 'close'));
  pool.close();
  expect(waits.failures).toEqual(['TSHUB_CLOSED']);
  await Promise.all(closed);
  expect(served.failures).toHaveLength(1);
  expect(alone.failures).toHaveLength(1);
  expect(ask(pool).failures).toEqual(['TSHUB_CLOSED']);
  expect(pool.askAlone(asker())).toBeNull();
  expect(sockets).toHaveLength(2);
});

test('so many wait for a connection and no more; one that no longer waits makes room', () => {
  const { pool, sockets } = poolOf({ maxSockets: 1, maxWaiting: 2 });
  ask(pool);
  const waiting = [ask(pool), ask(pool)];
  expect(ask(pool).failures).toEqual(['TSHUB_FULL']);
  pool.cancel(waiting[0]!);
  expect(ask(pool).failures).toEqual([]);
  expect(sockets).toHaveLength(1);
  pool.close();
});

test('a pool that may have fewer connections than before has fewer as they become free, whoever waits', async () => {
  const bounds = { maxSockets: 3 };
  const { pool, sockets } = poolOf(bounds);
  const connections: UpstreamConnection[] = [];
  const onConnection = (connection: UpstreamConnection) => void connections.push(connection);
  for (let i = 0; i < 5; i++) pool.ask({ ...asker(), onConnection });
  for (const socket of sockets) socket.emit('connect');
  expect(connections).toHaveLength(3);
  bounds.maxSockets = 1;
  const closed = sockets.map((socket) => once(socket, 'close'));
  for (const connection of connections) connection.take(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'));
  await Promise.all(closed);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, true, false]);
  pool.close();
});

test('of the places where one waits an address has half', () => {
  const { pool } = poolOf({ maxSockets: 1, maxOfAddress: 1, maxWaiting: 4 });
  const stranger = Array.from({ length: 4 }, () => ask(pool, '203.0.113.9'));
  expect(stranger.map(({ failures }) => failures)).toEqual([[], [], [], ['TSHUB_FULL']]);
  expect(ask(pool, '198.51.100.7').failures).toEqual([]);
  pool.close();
});
