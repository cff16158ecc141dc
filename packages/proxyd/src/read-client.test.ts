import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onreadMarks, readClient } from './read-client.ts';

/** Both ends of a connection; the accepted one first. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return [accepted, client];
}

/** What is heard, kept and not copied: nothing that was handed over may change afterwards. */
function heardOn(socket: Socket): Buffer[] {
  const heard: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => heard.push(bytes));
  return heard;
}

const long = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => i % 251));

test('this Node keeps onread where it is looked for', async () => {
  const [accepted] = await pair();
  expect(readClient(accepted)).toBe(true);
});

test('a Node that names it otherwise, TLS, and a socket that has it already are left as they are', async () => {
  const [accepted] = await pair();
  const unknown = onreadMarks(['kBuffer', 'kBufferCb', 'kOther']);
  expect(unknown).toBeNull();
  expect(readClient(accepted, unknown)).toBe(false);
  expect(readClient(new TLSSocket(accepted, { isServer: true }))).toBe(false);
  const [other] = await pair();
  readClient(other);
  expect(readClient(other)).toBe(false);
});

describe.each([
  ['into the shared buffer', onreadMarks()],
  ['by a Node that has no such place', null],
])('read %s', (_, marks) => {
  test('what was put back is heard first, then the rest, whole and in order, and then the end', async () => {
    const [accepted, client] = await pair();
    accepted.unshift(Buffer.from('first'));
    readClient(accepted, marks);
    const heard = heardOn(accepted);
    client.end(long);
    await once(accepted, 'end');
    expect(Buffer.concat(heard).equals(Buffer.concat([Buffer.from('first'), long]))).toBe(true);
  });

  test('what two say by turns stays with each', async () => {
    const ends = [await pair(), await pair()] as const;
    const heard = ends.map(([accepted]) => {
      readClient(accepted, marks);
      return heardOn(accepted);
    });
    for (const size of [1, 8192, 8193, 40_000, 20, 200_000]) {
      for (const [at, [accepted, client]] of ends.entries()) {
        const before = Buffer.concat(heard[at] ?? []).length;
        client.write(Buffer.alloc(size, `${at}`));
        while (Buffer.concat(heard[at] ?? []).length < before + size) await once(accepted, 'data');
      }
    }
    for (const at of [0, 1]) {
      const all = Buffer.concat(heard[at] ?? []);
      expect(all.equals(Buffer.alloc(all.length, `${at}`))).toBe(true);
    }
  });

  test('a pause holds what comes, however much, until it is over', async () => {
    const [accepted, client] = await pair();
    accepted.unshift(Buffer.from('first'));
    readClient(accepted, marks);
    const heard = heardOn(accepted);
    accepted.pause();
    // As Node itself may, of a paused socket that something was put back into.
    accepted.read(0);
    client.end(long);
    while (accepted.readableLength === 'first'.length) await new Promise(setImmediate);
    expect(heard).toHaveLength(0);
    expect(accepted.readableLength).toBeLessThan(200_000);
    accepted.resume();
    await once(accepted, 'end');
    expect(Buffer.concat(heard).equals(Buffer.concat([Buffer.from('first'), long]))).toBe(true);
  });
});
