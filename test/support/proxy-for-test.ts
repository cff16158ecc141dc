import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema, type Settings } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { peerCredentials } from '@tshub/native';
import { type Proxy, startProxy } from '@tshub/proxyd';
import { FileRoutesStore } from '../../packages/proxyd/src/routes-store.ts';
import type { Thread } from '../../packages/proxyd/src/threads/thread.ts';
import { threadHere } from './threads-for-test.ts';

export interface ProxyForTest {
  readonly proxy: Proxy;
  readonly folder: string;
  /** Records that the proxy logged. */
  readonly records: Array<Record<string, unknown>>;
  /** What has become of further threads. */
  readonly failures: readonly Error[];
  /** What the clock says, in milliseconds; tests move it. */
  readonly clock: { now: number };
  /** The folder below which user servers have their sockets. */
  socketOf(name: string): string;
  /** An HTTP server on a UNIX socket, closed with the rest. */
  serve(name: string, handler: RequestListener): Promise<Server>;
  /** A bare server: one call per connection. */
  serveRaw(name: string, handler: (socket: Socket) => void): Promise<NetServer>;
  /** serve, and a route for `/user/<name>/` that expects this process's uid. */
  route(name: string, handler: RequestListener): Promise<Server>;
  /** Settings of a reload. */
  settings(own: Record<string, unknown>): Settings;
  /** Ends proxyd and starts it again over the same files. */
  restart(): Promise<void>;
  /** Starts a further proxyd over the same files, and leaves the one of before to the test. */
  succeed(): Promise<void>;
  close(): Promise<void>;
}

interface SettingsForTest extends Record<string, unknown> {
  readonly routes?: object;
  readonly tls?: object;
  readonly front?: boolean;
  readonly withThread?: boolean;
  /** The further thread, if not one of `threadHere`. */
  readonly thread?: (places: { readonly socketRoots: readonly string[]; readonly hubSocket: string }) => Thread;
  readonly ticketKeys?: () => Uint8Array | null;
}

/** A proxy on a free port, with hub and servers in this process. `settings` are those of [proxy]; `routes` and `tls` in them are [proxy_routes] and [proxy_tls]; with `front` it does not listen itself; with `withThread` a further thread has nearly all connections. */
export async function proxyForTest(settings: SettingsForTest = {}): Promise<ProxyForTest> {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-proxy-'));
  // Servers of other uids connect and bind in here.
  chmodSync(folder, 0o777);
  const servers: NetServer[] = [];
  const failures: Error[] = [];
  const sockets = new Set<Socket>();
  const records: Array<Record<string, unknown>> = [];
  const clock = { now: 1_800_000_000_000 };
  const log = makeLog({
    name: 'test',
    level: 'debug',
    output: { write: (line: string) => void records.push(JSON.parse(line)) },
  });
  const socketOf = (name: string) => join(folder, `${name}.sock`);
  const uid = process.getuid?.() ?? 0;
  const {
    routes: routeSettings = {},
    tls: tlsSettings = {},
    front: isFront = false,
    withThread = false,
    thread,
    ticketKeys,
    ...own
  } = settings;
  const parsed = schema.parse({
    proxy: { drain_timeout: 1, ...own },
    proxy_routes: routeSettings,
    proxy_tls: tlsSettings,
  });
  const start = async () => {
    const started = await startProxy({
      settings: parsed.proxy,
      routeSettings: parsed.proxy_routes,
      hstsMaxAge: parsed.proxy_tls.hsts_max_age,
      listen: isFront ? null : { host: '127.0.0.1', port: 0 },
      hub: { socket: socketOf('hub'), uids: [uid] },
      store: new FileRoutesStore(join(folder, 'state', 'routes.json'), log),
      log,
      clock: () => clock.now,
      peer: peerCredentials,
      socketRoots: [folder],
      ...(withThread ? { threads: threads() } : {}),
    });
    if (withThread && !isFront) await secondThread(started, started.port);
    return started;
  };
  const threads = () => ({
    most: () => 2,
    start: () => {
      const places = { socketRoots: [folder], hubSocket: socketOf('hub') };
      return thread?.(places) ?? threadHere({ log, clock: () => clock.now, ...places });
    },
    beginning: () => ({
      settings: parsed,
      hubUid: uid,
      hasFront: isFront,
      hostNames: [],
      ticketKeys: ticketKeys?.() ?? null,
    }),
    busyHere: () => 1,
    lookMs: 0,
    onFailure: (error: Error) => void failures.push(error),
  });
  let proxy = await start();
  const listen = async <S extends NetServer>(server: S, name: string): Promise<S> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(socketOf(name), resolve));
    return server;
  };
  const self: ProxyForTest = {
    get proxy() {
      return proxy;
    },
    folder,
    records,
    clock,
    failures,
    socketOf,
    serve: (name, handler) => listen(createServer(handler), name),
    serveRaw: (name, handler) => listen(createNetServer({ allowHalfOpen: true }, handler), name),
    async route(name, handler) {
      const server = await self.serve(name, handler);
      await proxy.routes.add({ prefix: `/user/${name}/`, target: `unix:${socketOf(name)}`, uid, data: {} });
      return server;
    },
    settings: (fresh) => schema.parse({ ...fresh, proxy: { ...own, ...(fresh['proxy'] as object | undefined) } }),
    async restart() {
      await proxy.close();
      proxy = await start();
    },
    async succeed() {
      proxy = await start();
    },
    async close() {
      await proxy.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      rmSync(folder, { recursive: true });
    },
  };
  return self;
}

/** Connects until another thread serves, too; nearly all connections from then on are that one's. */
export async function secondThread(proxy: Proxy, port: number): Promise<void> {
  const touch = async () => {
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
  };
  while (proxy.crew?.size !== 2) {
    await touch();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await touch();
  await eventually('all of these have ended', () => proxy.open() === 0);
}

/** A connection that keeps what arrives; `until` waits for a pattern in it. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  readonly closed: Promise<void>;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => (this.received += text));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('end', () => this.socket.end());
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    return this;
  }

  /** Resolves with everything received as soon as it matches; rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!pattern.test(this.received)) return;
        this.socket.off('data', check);
        resolve(this.received);
      };
      this.socket.on('data', check);
      void this.closed.then(() => {
        check();
        reject(new Error(`the connection ended after ${JSON.stringify(this.received)}, before ${pattern}`));
      });
      check();
    });
  }

  /** Resolves with everything received when the connection has ended. */
  async all(): Promise<string> {
    await this.closed;
    return this.received;
  }
}

/** Sends bytes on a fresh connection and gives everything that came back until it was closed. */
export function exchange(port: number, text: string): Promise<string> {
  return new RawClient(port).send(text).all();
}

/** Status codes of the answers in what a connection received. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

/** Resolves when `probe` holds; rejects after ten seconds with what it was waiting for. */
export async function eventually(what: string, probe: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!probe()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
