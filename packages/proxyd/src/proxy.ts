import type { Server, Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '@tshub/config';
import { anyUid, paths, type ProxyStatus, version } from '@tshub/contract';
import { type ListenAddress, listenOn, type Log } from '@tshub/daemon';
import { Connections } from './connections.ts';
import { type Counters, type Destination, noneLeaving } from './destination.ts';
import { allEnded, longestStopMs, requestsEnded } from './drain.ts';
import type { Engine } from './engine.ts';
import { goodbyeMs, hubBounds, type Limits, limitsOf, type PoolBounds, serverBounds } from './limits.ts';
import { lookOf, plainLook } from './error-look.ts';
import { loadErrorPages } from './error-pages.ts';
import { Accepted, makeEngine, makeListener, nowhereElse, servePlain, watchFull } from './listener.ts';
import { Counts } from './metrics.ts';
import { OpenEndings } from './open-endings.ts';
import { parseOperatorTarget } from './operator-target.ts';
import type { ProbeAnswer } from './probe.ts';
import { probeUntilUp } from './probe-until-up.ts';
import type { TlsStatus } from './public-front.ts';
import { rewriteFor } from './rewrite.ts';
import { Routes } from './routes.ts';
import type { RoutesStore } from './routes-store.ts';
import { parseTarget, type Target } from './target.ts';
import { Crew, type ThreadOptions } from './threads/crew.ts';
import { loadUpstreamTls, type UpstreamTls } from './tls/upstream-tls.ts';
import { Upstream } from './upstream.ts';
import { WriteBatch } from './write-batch.ts';

export interface ProxyOptions {
  readonly settings: Settings['proxy'];
  readonly routeSettings: Settings['proxy_routes'];
  /** Name, colours and language of the pages of errors; plain ones if left out. */
  readonly brand?: Pick<Settings, 'hub' | 'pages'>;
  /** Seconds for which browsers shall use https only; 0: they are not told. */
  readonly hstsMaxAge?: number;
  /** null: connections only come by way of the engine. */
  readonly listen: ListenAddress | null;
  /** The hub's socket, and who may answer there: the binder of an inherited one is PID 1. */
  readonly hub: { readonly socket: string; readonly uids: readonly number[] };
  readonly store: RoutesStore;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
  /** Folders below which user servers have their sockets. */
  readonly socketRoots?: readonly string[];
  /** Further threads; left out: none. */
  readonly threads?: ThreadOptions;
}

export interface CloseOptions {
  /** A new process serves already: nobody waits, so that websockets have the whole drain time too. */
  readonly hasSuccessor?: boolean;
  /** Ends the waiting. */
  readonly hurry?: AbortSignal;
}

export interface Proxy {
  /** TCP port that is listened on; 0 for a UNIX socket. */
  readonly port: number;
  readonly engine: Engine;
  /** For a listener whose connections go to the engine. */
  watchFull(listener: Server): void;
  /** Whether another thread has a connection from now on. */
  takenElsewhere(socket: Socket): boolean;
  /** Serves a connection of plain HTTP that somebody else accepted. */
  serve(socket: Socket): void;
  /** Closes connections that only wait for a next request. */
  makeRoom(): void;
  /** Other threads serve too: so many have the bounds on servers together. */
  shareWith(threads: number): void;
  /** The further threads of this one. */
  readonly crew: Crew | null;
  /** Resolves when what other threads have counted is added. */
  collect(): Promise<void>;
  readonly routes: Routes;
  readonly counts: Counts;
  readonly counters: Counters;
  probe(ask: { target: string; uid: number; path: string; timeoutMs: number }): Promise<ProbeAnswer>;
  status(): Omit<ProxyStatus, keyof TlsStatus>;
  /** Reads what new settings name, and throws config_invalid; what it gives applies them, and gives the names of those that only a restart can. */
  prepareReload(settings: Pick<Settings, 'hub' | 'pages' | 'proxy' | 'proxy_routes' | 'proxy_tls'>): () => string[];
  /** Connections of clients to this process. */
  open(): number;
  /** Milliseconds that what is under way may go on beside a new process. */
  drainMs(): number;
  /** Takes no new connections, and writes down the routes; serves those that it has. */
  leave(): Promise<void>;
  /** Takes no new connections, lets what is under way end, then ends everything. */
  close(how?: CloseOptions): Promise<void>;
}

/** The public listener with its routes. Rejects when the address cannot be had. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { log, clock, peer, hub } = options;
  const { socketRoots = [paths.serverSockets, paths.serviceSockets] } = options;
  let limits = limitsOf(options.settings, options.hstsMaxAge);
  const readLimits = (): Limits => limits;
  const counters: Counters = {
    requests: 0n,
    websockets: 0,
    otherWebsockets: 0,
    upgrades: 0,
    answers: new Map(),
    hubRequests: new Map(),
    leaving: noneLeaving,
  };
  const { routeSettings } = options;
  let upstreamTls = loadUpstreamTls(routeSettings);
  const readTls = (): UpstreamTls => upstreamTls;
  let errorPages = loadErrorPages(
    routeSettings,
    readTls,
    options.brand === undefined ? plainLook : lookOf(options.brand),
  );
  const counts = new Counts();
  const makeUpstream = (target: Target, uids: readonly number[] | null, bounds: PoolBounds) =>
    new Upstream({ target, uids, bounds, limits: readLimits, peer, tls: readTls });

  const routes = new Routes({
    store: options.store,
    log,
    clock,
    socketRoots,
    makeUpstream: (target, uid) =>
      uid === anyUid ? makeUpstream(target, null, hubBounds) : makeUpstream(target, [uid], serverBounds),
    makeRewrite: (to, depth) => rewriteFor(routeSettings, to, depth),
    hostRouting: routeSettings.host_routing,
  });
  await routes.restore();
  const instead = routeSettings.default_target === '' ? null : parseOperatorTarget(routeSettings.default_target);
  const toHub: Destination = {
    serverPrefix: null,
    upstream:
      instead === null
        ? makeUpstream({ kind: 'unix', path: hub.socket }, hub.uids, hubBounds)
        : makeUpstream(instead.target, null, hubBounds),
    rewrite: instead === null ? null : rewriteFor(routeSettings, instead, 0),
    open: new OpenEndings(),
    lastActivity: 0,
    problem: null,
  };

  const connections = new Connections();
  const batch = new WriteBatch();
  const listeners = new Set<() => void>();
  const applyToListeners = () => {
    for (const apply of listeners) apply();
  };
  const shareWith = (threads: number) => {
    limits = { ...limits, threads };
  };
  const crew =
    options.threads === undefined
      ? null
      : new Crew({
          ...options.threads,
          routes,
          counters,
          counts,
          log,
          onSize: shareWith,
          onConnections: applyToListeners,
        });
  if (crew !== null) routes.spreadTo((changes) => crew.spread(changes));
  const parts = {
    elsewhere: crew ?? nowhereElse,
    accepted: new Accepted(),
    onCount: () => listeners.size > 1 && applyToListeners(),
    peer,
    limits: readLimits,
    clock,
    log,
    counters,
    batch,
    errorPages: () => errorPages,
    table: routes.table,
    hub: toHub,
    connections,
  };
  const engine = makeEngine(parts);
  const server = makeListener(parts, engine);
  const watch = (listener: Server) => void listeners.add(watchFull(parts, listener));
  watch(server);
  if (options.listen !== null) await listenOn(server, options.listen);
  const address = server.address();

  const open = () => connections.size + (crew?.connections ?? 0);
  let leaving: Promise<void> | undefined;
  let closed: Promise<void> | undefined;
  const leave = async () => {
    // Called back with an error, and therefore at once, if it does not listen.
    closed = new Promise<void>((resolve) => server.close(() => resolve()));
    connections.isDraining = true;
    await crew?.leave();
    // Kept routes must outlive even a proxy that is killed while it waits.
    await routes.save();
  };
  let ending: Promise<void> | undefined;
  const end = async ({ hasSuccessor = false, hurry }: CloseOptions) => {
    await (leaving ??= leave());
    const { drainMs } = limits;
    const others = crew?.close({ hasSuccessor, ...(hurry === undefined ? {} : { hurry }) });
    if (hasSuccessor) await allEnded(connections, drainMs, hurry);
    else await requestsEnded(connections, counters, Math.min(drainMs, longestStopMs));
    if (counters.websockets > 0) {
      routes.leave();
      await allEnded(connections, goodbyeMs, hurry);
    }
    connections.closeAll();
    routes.close();
    toHub.upstream.close();
    await Promise.all([closed, others]);
  };

  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    engine,
    watchFull: watch,
    takenElsewhere: (socket) => parts.elsewhere.take(socket),
    serve: (socket) => servePlain(parts, engine, socket),
    makeRoom: () => connections.closeIdle(),
    shareWith,
    crew,
    collect: async () => crew?.collect(),
    routes,
    counts,
    counters,
    async probe({ target, uid, path, timeoutMs }) {
      const upstream = makeUpstream(parseTarget(target, socketRoots), [uid], serverBounds);
      return probeUntilUp(upstream, path, timeoutMs);
    },
    status: () => ({
      version,
      connections: open() + counters.leaving.connections,
      websockets: counters.websockets + counters.otherWebsockets + counters.leaving.websockets,
      requests: counters.requests,
      routes: routes.table.size,
    }),
    prepareReload({ proxy, proxy_routes: fresh, proxy_tls: tls, ...brand }) {
      const loaded = [
        loadUpstreamTls(fresh),
        loadErrorPages(fresh, readTls, lookOf(brand)),
        limitsOf(proxy, tls.hsts_max_age),
      ] as const;
      const later = Object.entries(fresh).filter(
        ([key, value]) => !live.has(key) && !isDeepStrictEqual(value, routeSettings[key as keyof typeof routeSettings]),
      );
      return () => {
        const { threads } = limits;
        [upstreamTls, errorPages, limits] = loaded;
        // There may be more by now than when this was read.
        shareWith(threads);
        applyToListeners();
        return later.map(([key]) => `proxy_routes.${key}`);
      };
    },
    open,
    drainMs: () => limits.drainMs,
    leave: () => (leaving ??= leave()),
    close: (how = {}) => (ending ??= end(how)),
  };
}

/** Settings of [proxy_routes] that a reload reads again. */
const live = new Set(['error_target', 'error_pages', 'ca_file', 'certificate_file', 'key_file', 'insecure']);
