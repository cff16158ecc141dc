import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { askerForTest } from '../../../test/support/asker-for-test.ts';
import { type Asker, UpstreamConnection } from './upstream-connection.ts';

const ignore = (): void => undefined;

/** Somebody whose client takes everything at once, or nothing. */
const asker = (isPassedOn: boolean): Asker => askerForTest({ isPassedOn: () => isPassedOn });

const answer = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

test('a buffer is not read into again for who comes next while the one before may still wait for it', () => {
  const socket = new Socket();
  const connection = new UpstreamConnection(() => socket, {
    onFree: (one) => one.ask(asker(true), 0),
    onGone: ignore,
  });
  connection.ask(asker(false), 0);
  connection.take(answer);
  expect(connection.isReused).toBe(true);
  expect(connection.isFree()).toBe(false);
  socket.destroy();
});

test.each([true, false])('within an answer it is, if its client has taken all: %s', (isPassedOn) => {
  const socket = new Socket();
  const connection = new UpstreamConnection(() => socket, { onFree: ignore, onGone: ignore });
  connection.ask(asker(isPassedOn), 0);
  connection.take(answer.subarray(0, answer.length - 1));
  expect(connection.isFree()).toBe(isPassedOn);
  socket.destroy();
});

test('a websocket keeps nothing of the request that it began with', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const socket = new Socket();
  const connection = new UpstreamConnection(() => socket, { onFree: ignore, onGone: ignore });
  const taker = { onData: ignore, isPassedOn: () => true, onDrain: ignore, onEnd: ignore, onClose: ignore };
  const begin = (): WeakRef<Asker> => {
    const asking = askerForTest({ upgrade: 'websocket', onSwitch: () => taker });
    connection.ask(asking, 0);
    connection.take(
      Buffer.from('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    return new WeakRef(asking);
  };
  const asked = begin();
  // What a WeakRef was made from lives until the end of the turn.
  await new Promise(setImmediate);
  collect();
  expect(asked.deref()).toBeUndefined();
  socket.destroy();
});
