import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort } from 'node:worker_threads';
import { type Bus, connectBus } from '@tshub/bus';
import { afterReload, type InUse, loadSettings } from '@tshub/config';
import { accounts, paths, TshubError, units } from '@tshub/contract';
import { inheritedSockets, isUnderJournal, makeLog, run } from '@tshub/daemon';
import { peerCredentials, userByName } from '@tshub/native';
import { keepOnBus } from './bus-link.ts';
import { startEdge } from './edge.ts';
import { startProxy } from './proxy.ts';
import { announceRoutes, proxy1For } from './proxy1.ts';
import { laterOf, needsFront, noTls, type PublicFront, startPublicFront } from './public-front.ts';
import { FileRoutesStore } from './routes-store.ts';
import { isRestart } from './succession/is-restart.ts';
import { serveBesideSuccessor } from './succession/leave.ts';
import { watchPredecessors } from './succession/predecessors.ts';
import { makeTargets } from './targets.ts';
import type { ToThread } from './threads/messages.ts';
import { serveInThread } from './threads/serve.ts';
import { busyHere, startThread } from './threads/thread.ts';

// The steps have limits of their own, and so has systemd.
const name = 'tshub-proxyd';
const stopDeadlineMs = 86_400_000;
/** What an old process may take beyond its drain time, before it is killed. */
const endMs = 30_000;
const routesFile = 'routes.json';
/** More than that shares each bound among so many that one person's part gets small. */
const mostThreads = 4;

if (!isMainThread) serveAsThread();
else
  await run({
    name,
    stopDeadlineMs,
    async start({ log, signal, hurry, handOver, onStop, onReload, ready }) {
      const started = loadSettings();
      let settings = started;
      let inUse: InUse = { settings, waiting: [] };
      log.level = settings.logging.level;
      const listeners = inheritedSockets();
      const [listener] = listeners;
      if (listener === undefined) {
        const problem = 'no listening socket was handed over; start tshub-proxyd.socket rather than the service alone';
        throw new TshubError('config_invalid', { problem });
      }
      const hubUid = await accountUid(accounts.hub);
      const hasFront = needsFront(settings, listeners.length);
      const hostNames = hostNamesOf(settings.hub.public_url);
      let front: PublicFront | null = null;
      const proxy = await startProxy({
        settings: settings.proxy,
        routeSettings: settings.proxy_routes,
        brand: settings,
        hstsMaxAge: settings.proxy_tls.hsts_max_age,
        listen: hasFront ? null : { fd: listener.fd },
        hub: { socket: paths.hubSocket, uids: [0, hubUid] },
        store: new FileRoutesStore(join(paths.proxyState, routesFile), log),
        log,
        clock: Date.now,
        peer: peerCredentials,
        threads: {
          most: () => settings.proxy.threads || Math.min(availableParallelism(), mostThreads),
          start: () => startThread(new URL(import.meta.url)),
          // Not what waits for a restart: the first thread does not go by it either.
          beginning: () => ({
            settings: inUse.settings,
            hubUid,
            hasFront,
            hostNames,
            ticketKeys: front?.ticketKeys() ?? null,
          }),
          busyHere: busyHere(),
          // As one that nobody caught here: what that thread served is lost.
          onFailure: (error) =>
            queueMicrotask(() => {
              throw error;
            }),
        },
      });
      onStop(() => proxy.close(), 'the public listener');
      const onProblem = (sentence: string, error: unknown) => log.warn({ error }, sentence);
      const connect = () => connectBus({ onProblem });
      const folder = paths.proxyState;
      const predecessors = await watchPredecessors(folder, proxy, log);
      onStop(async () => {
        predecessors.close();
        await proxy.leave();
        if (!(await isRestart(connect, units.proxy))) predecessors.end();
        else if (await handOver(proxy.drainMs() + endMs))
          await serveBesideSuccessor({ folder, routesFile, proxy, log, clock: Date.now, pid: process.pid, hurry });
      }, 'what is under way');
      front = hasFront
        ? await startPublicFront({
            settings,
            listen: listeners.map(({ fd }) => ({ fd })),
            proxy,
            peer: peerCredentials,
            folder: paths.proxyKeys,
            hostNames,
            onTicketKeys: (keys) => proxy.crew?.setTicketKeys(keys),
            onCertificates: (keys) => proxy.crew?.readCertificates(keys),
            log,
            clock: Date.now,
          })
        : null;
      onStop(() => front?.stop(), 'the public listeners');
      const edge = await startEdge({
        proxy,
        settings: settings.proxy_api,
        apiSocket: paths.proxyApiSocket,
        credentials: process.env['CREDENTIALS_DIRECTORY'],
        log,
      });
      onStop(() => edge.close(), "the API's listeners");
      onReload(async () => {
        const fresh = loadSettings();
        // Whatever can fail comes first, so that a reload is applied as a whole or not at all.
        await proxy.crew?.prepareReload(fresh);
        const applyRest = [edge.prepareReload(fresh.proxy_api), proxy.prepareReload(fresh)];
        const inFront = front === null ? laterOf(started, fresh) : await front.reload(fresh);
        const later = [...inFront, ...applyRest.flatMap((apply) => apply())];
        settings = fresh;
        inUse = afterReload(inUse.settings, fresh, later);
        log.level = settings.logging.level;
        // Last: a thread that begins from now on begins with these.
        await proxy.crew?.applyReload(front?.ticketKeys() ?? null);
        const rest = later.length === 0 ? '' : `; a restart is needed for ${later.join(', ')}`;
        log.info({ event: 'config-reloaded' }, `settings were read again${rest}`);
      });
      const says = `listening on port ${front?.ports.join(' and ') ?? proxy.port}, with ${proxy.routes.table.size} routes from before`;
      log.info(says);
      ready(says);
      const implementation = proxy1For({
        proxy,
        hubUid,
        targets: makeTargets({ settings: () => settings, account: userByName }),
        tlsStatus: () => front?.tlsStatus() ?? noTls,
        inUse: () => inUse,
      });
      const onLinked = (bus: Bus) => announceRoutes(bus, proxy.routes);
      await keepOnBus({ connect, implementation, accountUid, onLinked, log, signal });
    },
  });

/** What this program is in every thread but the first. */
function serveAsThread(): void {
  const log = makeLog({ name, journal: isUnderJournal(process.env) });
  const hear = serveInThread({ log, clock: Date.now, say: (message) => parentPort?.postMessage(message) });
  parentPort?.on('message', (message: ToThread) => hear(message));
}

/** What a certificate of our own making is for; the name that people use comes first. */
function hostNamesOf(publicUrl: string): string[] {
  const known = publicUrl === '' ? [] : [new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1')];
  return [...new Set([...known, hostname(), 'localhost', '127.0.0.1', '::1'])];
}

/** Throws config_invalid for an account that sysusers should have made. */
async function accountUid(name: string): Promise<number> {
  const account = await userByName(name);
  if (account !== null) return account.uid;
  throw new TshubError('config_invalid', { problem: `the account ${name} does not exist; run: systemd-sysusers` });
}
