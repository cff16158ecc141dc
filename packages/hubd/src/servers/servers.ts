import type { Calls } from '@tshub/bus';
import type { Settings } from '@tshub/config';
import { type proxy1, type spawner1, TshubError, type UnitStatus } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Knex } from 'knex';
import type { Access } from '../access/access.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { ServerSignals } from '../hub1-signals.ts';
import type { OAuthClients } from '../oauth/client.ts';
import { ProxyLink } from '../proxy/proxy-link.ts';
import type { WantedRoute } from '../proxy/route-changes.ts';
import type { Tokens } from '../tokens/token.ts';
import type { UsersStore } from '../users/user.ts';
import { ActivityNotes } from './activity-notes.ts';
import { Cgroups } from './cgroups.ts';
import { profilesOf } from './choices.ts';
import { Entries } from './entries.ts';
import { announce, type Announcement, keepServer } from './keep.ts';
import { Keeper } from './keeper.ts';
import { progressOf } from './progress-of.ts';
import { Reservations } from './reservations.ts';
import type { Room } from './room.ts';
import type { Servers } from './server.ts';
import { ServerChanges } from './server-changes.ts';
import { serverLabel } from './server-name.ts';
import { ServerOrders } from './server-orders.ts';
import { ServersStore } from './servers-store.ts';
import { SpawnerLink } from './spawner-link.ts';
import { StartQueue } from './start-queue.ts';
import { lookAtEnd } from './stop.ts';
import { usageOf } from './usage.ts';
import { defaultTiming, type Timing, within } from './waiting.ts';
import { watchMemory } from './watch-memory.ts';
import type { WatchUnits } from './watch-units.ts';

type ServerSettings = Pick<Settings, 'hub' | 'profiles' | 'spawner'>;

export interface ServersParts {
  readonly access: Pick<Access, 'server'>;
  readonly db: Knex;
  readonly settings: ServerSettings;
  readonly clock: { now(): number };
  readonly log: Log;
  /** Without a deadline of their own, or with one longer than start_timeout and stop_timeout: this room keeps the deadlines. */
  readonly spawner: Calls<typeof spawner1>;
  readonly proxy: Calls<typeof proxy1>;
  readonly watchUnits: WatchUnits;
  readonly tokens: Tokens;
  readonly clients: OAuthClients;
  readonly users: UsersStore;
  /** Where servers reach the API, without a slash at the end. */
  readonly apiUrl: string;
  /** Names of the groups that an account of the host is in. */
  readonly groupsOf: (account: string) => Promise<readonly string[]>;
  /** Routes that are no server's: of services. They are kept right on the same occasions. */
  readonly otherRoutes?: () => Promise<readonly WantedRoute[]>;
  /** Told whose server is gone or has another name. */
  readonly onRenamed?: (user: string) => Promise<void>;
  /** Told of what becomes of servers. */
  readonly signals?: Omit<ServerSignals, 'watch'>;
  readonly timing?: Partial<Timing>;
  /** Where the kernel's accounting is found; the host's own if not said. */
  readonly cgroups?: Cgroups;
  /** In [0, 1); for the pause that a busy hub asks for. */
  readonly random?: () => number;
}

/** The room as the hub's composition sees it. */
export interface ServersRoom extends Servers {
  /** Reads the rows and looks at what runs; returns when that is done, or after a while, and goes on by itself. Begins to watch. */
  adopt(): Promise<void>;
  /** Leaves servers running; waits a little for what is pending and lets go of the rest, which the next adoption finds. */
  close(): Promise<void>;
  reload(settings: ServerSettings): void;
  /** Compares the proxy's routes with the servers that run. */
  reconcileRoutes(): Promise<void>;
  /** Takes the last activity of every route from the proxy, and puts the routes right on the same occasion. */
  readActivity(): Promise<void>;
  /** What the service manager says of a server now; undefined when there is nothing to say. */
  status(user: string, name: string): Promise<UnitStatus | undefined>;
  /** Changes limits of a running server until it ends; spawnerd compares them with root's policy. */
  setLimits(caller: Caller, user: string, name: string, limits: Readonly<Record<string, bigint>>): Promise<void>;
  /** Keeps what the culler says of ends; what does not run is passed over. */
  announce(announcements: readonly Announcement[]): void;
  readonly activeCount: number;
  /** How many servers start, stop or are looked at. */
  readonly pendingCount: number;
}

export function makeServers(parts: ServersParts): ServersRoom {
  const { db, clock, log, tokens, clients, users, apiUrl, groupsOf } = parts;
  const timing = { ...defaultTiming, ...parts.timing };
  let { settings } = parts;
  const entries = new Entries();
  const store = new ServersStore(db);
  const spawner = new SpawnerLink(parts.spawner, () => ({
    // A start that takes too long is stopped before spawnerd says so, and its processes may take all of their time as well.
    start: (settings.spawner.start_timeout + settings.spawner.stop_timeout) * 1000 + timing.margin,
    stop: settings.spawner.stop_timeout * 1000 + timing.margin,
    ask: timing.ask,
  }));
  const room: Room = {
    access: parts.access,
    store,
    entries,
    queue: new StartQueue(() => settings.hub.concurrent_spawn_limit),
    spawner,
    proxy: new ProxyLink(parts.proxy, log),
    tokens,
    clients,
    users,
    clock,
    log,
    timing,
    apiUrl,
    onRenamed: parts.onRenamed ?? (() => Promise.resolve()),
    otherRoutes: parts.otherRoutes ?? (() => Promise.resolve([])),
    settings: () => settings,
    groupsOf,
    recheck: () => keeper.recheck(),
    lookAt: (entry, last) => void lookAtEnd(room, entry, last),
  };
  const cgroups = parts.cgroups ?? new Cgroups('/sys/fs/cgroup', () => settings.spawner.slice);
  const stopWatchingMemory = watchMemory({ entries, cgroups, clock, log });
  const { signals } = parts;
  const stopTelling = entries.onMove((entry, _, to) => {
    if (to === 'starting' || to === 'ready' || to === 'stopped') signals?.changed(entry.row, to);
  });
  const activity = new ActivityNotes(db, log, timing.flush);
  const keeper = new Keeper(room, parts.watchUnits, activity);
  const reservations = new Reservations(room);
  const orders = new ServerOrders(room, reservations, () => keeper.isClosing, parts.random ?? Math.random);
  const changes = new ServerChanges(room, reservations, (user) => orders.load(user));

  return {
    get: (user, name) => entries.get(user, name)?.view(),
    ofUser: (userId) => entries.ofUser(userId).map((entry) => entry.view()),
    active: () => entries.active().map((entry) => entry.view()),
    get activeCount() {
      return entries.activeCount;
    },
    get pendingCount() {
      return entries.count('starting') + entries.count('stopping') + entries.count('checking');
    },
    profiles: (user) => profilesOf(room, user),
    start: (caller, user, name, options, displayName) => orders.start(caller, user, name, options, displayName),
    create: (caller, user, name, given) => changes.create(caller, user, name, given),
    update: (caller, user, name, change) => changes.update(caller, user, name, change),
    stop: (caller, user, name, reason) => orders.stop(caller, user, name, reason),
    async keep(caller, user, name, until) {
      const server = await keepServer(room, caller, user, name, until);
      signals?.changed(server, 'kept');
      return server;
    },
    announce(announcements) {
      for (const server of announce(room, announcements)) signals?.ending(server);
    },
    remove: (caller, user, name) => orders.remove(caller, user, name),
    progress: (user, name, signal) => progressOf(entries.get(user, name), user, name, signal),
    log: (user, name, lines) => spawner.log({ user, name }, lines, entries.get(user, name)?.began ?? 0),
    async usage(user, name) {
      if (entries.get(user, name)?.phase !== 'ready') return undefined;
      return (await cgroups.ofServer(user, name)) ?? usageOf(await spawner.show({ user, name }));
    },
    userUsage: (user) => cgroups.ofUser(user),
    status: (user, name) => spawner.show({ user, name }),
    async setLimits(caller, user, name, limits) {
      const by = caller.owner.name;
      await spawner.setLimits({ user, name }, limits);
      const told = Object.entries(limits).map(([limit, value]) => `${limit}=${value}`);
      log.info(
        { event: 'limits-changed', user, server: name, ...byWhom(caller) },
        `${by} (${caller.from}) set limits of ${serverLabel(user, name)}: ${told.join(' ')}`,
      );
    },
    touch(user, name, at) {
      const entry = entries.get(user, name);
      if (entry !== undefined) activity.note(entry, at, 'report');
    },
    whileStopped: (caller, user, work) =>
      reservations.hold(user, '', async () => {
        await withinSeconds(settings.hub.slow_stop_timeout, orders.stopAll(caller, user), user.name);
        const name = await work();
        for (const entry of entries.ofUser(user.id)) {
          entries.remove(entry);
          if (name !== null) entries.add({ ...entry.row, user: name });
        }
      }),
    adopt: () => keeper.start(),
    close: () => {
      stopWatchingMemory();
      stopTelling();
      return keeper.stop();
    },
    async reconcileRoutes() {
      await keeper.reconcile();
    },
    readActivity: () => keeper.readActivity(),
    reload(next) {
      settings = next;
      keeper.runTimer();
      room.queue.advance();
    },
  };
}

/** The stops go on when it is too late for whoever waits. */
function withinSeconds(seconds: number, stops: Promise<void>, user: string): Promise<void> {
  stops.catch(() => undefined);
  const late = (): Error =>
    new TshubError('bad_request', {
      problem: `The servers of ${user} are in the process of stopping; please wait and try again`,
    });
  return within(seconds * 1000, stops, late);
}
