import type { Settings } from '@tshub/config';
import { paths, type ProxyStatus, version } from '@tshub/contract';
import { type ListenAddress, listenOn, type Log } from '@tshub/daemon';
import { Connections } from './connections.ts';
import type { Counters, Destination } from './destination.ts';
import { applyLimits, type Limits, limitsOf, maxHubSockets, maxServerSockets } from './limits.ts';
import { makeEngine, makeListener } from './listener.ts';
import { OpenEndings } from './open-endings.ts';
import { probe, type ProbeAnswer } from './probe.ts';
import { Routes } from './routes.ts';
import type { RoutesStore } from './routes-store.ts';
import { parseTarget, type Target } from './target.ts';
import { Upstream } from './upstream.ts';
import { WriteBatch } from './write-batch.ts';

export interface ProxyOptions {
  readonly settings: Settings['proxy'];
  readonly listen: ListenAddress;
  /** The hub's socket, and who may answer there: the binder of an inherited one is PID 1. */
  readonly hub: { readonly socket: string; readonly uids: readonly number[] };
  readonly store: RoutesStore;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
  /** Folders below which user servers and services have their sockets. */
  readonly socketRoots?: readonly string[];
}

export interface Proxy {
  /** TCP port that is listened on; 0 for a UNIX socket. */
  readonly port: number;
  readonly routes: Routes;
  probe(ask: { target: string; uid: number; path: string; timeoutMs: number }): Promise<ProbeAnswer>;
  status(): ProxyStatus;
  /** Applies new settings to what comes next; gives the names of those that only a restart can apply. */
  reload(settings: Settings['proxy']): string[];
  /** Takes no new connections, lets requests end within the drain time, then ends everything. */
  close(): Promise<void>;
}

/** The public listener with its routes. Rejects when the address cannot be had. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { log, clock, peer, hub } = options;
  const { socketRoots = [paths.serverSockets, paths.serviceSockets] } = options;
  let limits = limitsOf(options.settings);
  const readLimits = (): Limits => limits;
  const counters: Counters = { requests: 0n, websockets: 0, answers: new Map(), hubRequests: new Map() };
  const makeUpstream = (target: Target, uids: readonly number[], maxSockets: number) =>
    new Upstream({ target, uids, maxSockets, limits: readLimits, peer });

  const routes = new Routes({
    store: options.store,
    log,
    clock,
    socketRoots,
    makeUpstream: (target, uid) => makeUpstream(target, [uid], maxServerSockets),
  });
  await routes.restore();
  const toHub: Destination = {
    serverPrefix: null,
    upstream: makeUpstream({ kind: 'unix', path: hub.socket }, hub.uids, maxHubSockets),
    open: new OpenEndings(),
    lastActivity: 0,
    problem: null,
  };

  const connections = new Connections();
  const batch = new WriteBatch();
  const parts = { limits: readLimits, clock, log, counters, batch, table: routes.table, hub: toHub, connections };
  const server = makeListener({ ...parts, peer }, makeEngine(parts));
  applyLimits(server, limits);
  await listenOn(server, options.listen);
  const address = server.address();

  let ending: Promise<void> | undefined;
  const end = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    connections.isDraining = true;
    // Kept routes must outlive even a proxy that is killed while it waits.
    await routes.save();
    await drained(connections, counters, limits.drainMs);
    connections.closeAll();
    routes.close();
    toHub.upstream.close();
    await closed;
  };

  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    routes,
    async probe({ target, uid, path, timeoutMs }) {
      const upstream = makeUpstream(parseTarget(target, socketRoots), [uid], 1);
      return probe(upstream, path, timeoutMs);
    },
    status: () => ({
      version,
      connections: connections.size,
      websockets: counters.websockets,
      requests: counters.requests,
      routes: routes.table.size,
    }),
    reload(settings) {
      limits = limitsOf(settings);
      applyLimits(server, limits);
      return [];
    },
    close() {
      ending ??= end();
      return ending;
    },
  };
}

const drainCheckMs = 25;
/** How long those that never said anything may still do so. */
const silentMs = 500;

/** Resolves when only websockets are left, or after `deadlineMs`. */
async function drained(connections: Connections, counters: Counters, deadlineMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearInterval(checks);
      clearTimeout(silence);
      clearTimeout(deadline);
      resolve();
    };
    const check = () => {
      connections.closeIdle();
      if (connections.size <= counters.websockets) finish();
    };
    const checks = setInterval(check, drainCheckMs);
    // What these may have sent before the listener closed has arrived by then.
    const silence = setTimeout(() => connections.closeSilent(), Math.min(silentMs, deadlineMs));
    const deadline = setTimeout(finish, deadlineMs);
    check();
  });
}
