import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inheritedSockets, listenOn } from './listen.ts';

describe('sockets from systemd', () => {
  test('are counted from descriptor 3 and carry their names', () => {
    const env = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'hub:api', PATH: '/bin' };
    expect(inheritedSockets(env, 7)).toEqual([
      { fd: 3, name: 'hub' },
      { fd: 4, name: 'api' },
    ]);
    expect(env).toEqual({ PATH: '/bin' });
  });

  test('without names are called unknown', () => {
    expect(inheritedSockets({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7)).toEqual([{ fd: 3, name: 'unknown' }]);
  });

  test.each([
    {},
    { LISTEN_PID: '8', LISTEN_FDS: '1' },
    { LISTEN_FDS: '1' },
    { LISTEN_PID: '7', LISTEN_FDS: '-1' },
    { LISTEN_PID: '7', LISTEN_FDS: '99999999' },
    { LISTEN_PID: '7', LISTEN_FDS: 'x' },
  ])('%j are none for this process', (env) => {
    expect(inheritedSockets(env, 7)).toEqual([]);
  });
});

describe('listening', () => {
  let folder: string;
  const servers: Server[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tshub-listen-'));
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, 'close');
    }
    rmSync(folder, { recursive: true });
  });

  function server(): Server {
    const made = createServer((socket) => socket.on('error', () => {}).end('hello'));
    servers.push(made);
    return made;
  }

  test.each([0o600, 0o660, 0o666])('a UNIX socket gets exactly the mode %o', async (mode) => {
    const path = join(folder, 'sock');
    const umask = process.umask();
    await listenOn(server(), { path, mode });
    expect(statSync(path).mode & 0o777).toBe(mode);
    expect(process.umask()).toBe(umask);
  });

  test('a socket file that nobody listens on any more is replaced', async () => {
    const path = join(folder, 'sock');
    const leave = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', leave]);
    expect(existsSync(path)).toBe(true);
    await listenOn(server(), { path });
    const [data] = (await once(connect({ path }), 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
  });

  test('a socket that somebody listens on is left to them', async () => {
    const path = join(folder, 'sock');
    await listenOn(server(), { path });
    const second = createServer();
    await expect(listenOn(second, { path })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const [data] = (await once(connect({ path }), 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
  });

  test('a TCP address is taken as given', async () => {
    const made = server();
    await listenOn(made, { host: '127.0.0.1', port: 0 });
    expect(made.address()).toMatchObject({ address: '127.0.0.1' });
  });
});
