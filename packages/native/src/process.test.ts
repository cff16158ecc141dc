import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { peerCredentials, setDumpable, wipe } from './process.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-peer-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fdOf(socket: Socket): number {
  return (socket as Socket & { _handle: { fd: number } })._handle.fd;
}

async function pair(address: { path: string } | { host: string; port: number }) {
  const server = createServer();
  server.listen(address);
  await once(server, 'listening');
  const bound = server.address();
  const client = connect(typeof bound === 'string' ? { path: bound } : { port: bound!.port });
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  return {
    client,
    accepted,
    async close() {
      client.destroy();
      accepted.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('the peer of a socket', () => {
  test('both ends of a UNIX socket learn who the other is', async () => {
    const { client, accepted, close } = await pair({ path: join(folder, 'sock') });
    const self = { pid: process.pid, uid: process.getuid!(), gid: process.getgid!() };
    expect(peerCredentials(fdOf(client))).toEqual(self);
    expect(peerCredentials(fdOf(accepted))).toEqual(self);
    await close();
  });

  test('a TCP socket has no such peer', async () => {
    const { client, close } = await pair({ host: '127.0.0.1', port: 0 });
    expect(() => peerCredentials(fdOf(client))).toThrow(expect.objectContaining({ code: 'EAFNOSUPPORT' }));
    await close();
  });

  test('a descriptor that is closed or negative is an error', () => {
    expect(() => peerCredentials(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});

test('a process whose event loop is stuck can still be ended by the kernel', () => {
  const path = join(import.meta.dirname, '../build/Release/tshub_native.node');
  const script = `require(${JSON.stringify(path)}).endAfter(1); for (;;);`;
  expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGALRM');
});

describe('secrets', () => {
  test('wipe zeroes exactly the bytes it is given', () => {
    const bytes = Buffer.from('secret');
    wipe(bytes.subarray(1, 4));
    expect([...bytes]).toEqual([...Buffer.from('s\0\0\0et')]);
  });

  test('wipe takes an empty array', () => {
    expect(wipe(new Uint8Array())).toBeUndefined();
  });

  test('setDumpable refuses what is not a boolean', () => {
    expect(() => setDumpable('no' as unknown as boolean)).toThrow('expected a boolean');
  });
});
