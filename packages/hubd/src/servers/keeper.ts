import type { RouteEntry } from '@tshub/contract';
import type { RouteWishes } from '../proxy/proxy-link.ts';
import type { WantedRoute } from '../proxy/route-changes.ts';
import type { ActivityNotes } from './activity-notes.ts';
import { adoptAll } from './adopt.ts';
import { hasRun } from './end-reason.ts';
import type { Entry } from './entry.ts';
import { type Room, routeOf, sentenceOf } from './room.ts';
import { abandoned } from './start.ts';
import { pause } from './waiting.ts';
import type { WatchEvent, WatchUnits } from './watch-units.ts';

/** Keeps what the hub knows of servers true: adopts at the start, listens to ends, compares routes, reads activity. */
export class Keeper {
  readonly #room: Room;
  readonly #watchUnits: WatchUnits;
  readonly #activity: ActivityNotes;
  readonly #closing = new AbortController();
  #adoption: Promise<void> | null = null;
  #again = false;
  #stopWatching: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(room: Room, watchUnits: WatchUnits, activity: ActivityNotes) {
    this.#room = room;
    this.#watchUnits = watchUnits;
    this.#activity = activity;
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Reads the rows and looks at what runs; returns when that is done, or after a while, and goes on by itself. */
  async start(): Promise<void> {
    for (const row of await this.#room.store.all()) {
      const entry = this.#room.entries.add(row);
      if (row.active) entry.move('found');
    }
    this.recheck();
    this.runTimer();
    await Promise.race([this.#adoption, pause(this.#room.timing.adoptWait, this.#closing.signal)]);
  }

  /** Looks at everything that runs; at most one such look at a time, and one more if something happened meanwhile. */
  recheck(): void {
    if (this.isClosing) return;
    this.#again = true;
    this.#adoption ??= this.#adoptWhileNeeded().finally(() => (this.#adoption = null));
  }

  async #adoptWhileNeeded(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#again && !signal.aborted) {
      this.#again = false;
      await adoptAll(this.#room, signal, () => this.#watch());
      await this.#tidyRoutes();
    }
  }

  /** Before the units are listed, so that no end is missed in between. */
  async #watch(): Promise<void> {
    this.#stopWatching ??= await this.#watchUnits((event) => this.#hear(event));
  }

  #hear(event: WatchEvent): void {
    if (this.isClosing) return;
    switch (event.kind) {
      case 'ended': {
        const entry = this.#room.entries.byUnit(event.unit);
        if (entry === undefined) return;
        if (entry.phase === 'starting') {
          // PID 1 tells of a unit before its program runs as well: it is "inactive" then, and nothing has ended. Of an end before that,
          // say in ExecStartPre, the start's own job tells whom spawnerd has waiting for it; a spawnerd that is gone is a failed start.
          if (hasRun(event.last)) entry.run?.look();
        } else this.#room.lookAt(entry, event.last);
        return;
      }
      case 'proxy-back':
        void this.#tidyRoutes();
        return;
      case 'restarted':
        this.recheck();
    }
  }

  /** The regular reading, as often as the settings say; 0 leaves it out. */
  runTimer(): void {
    clearTimeout(this.#timer);
    const seconds = this.#room.settings().hub.last_activity_interval;
    if (seconds === 0 || this.isClosing) return;
    this.#timer = setTimeout(() => {
      void this.readActivity()
        .catch((error: unknown) =>
          this.#room.log.warn(
            { error },
            `activity could not be read from the proxy, trying again in ${seconds} s: ${sentenceOf(error)}`,
          ),
        )
        .finally(() => this.runTimer());
    }, seconds * 1000);
  }

  async reconcile(): Promise<RouteEntry[]> {
    return this.#room.proxy.reconcile(this.#wishes(await this.#room.otherRoutes()));
  }

  async readActivity(): Promise<void> {
    const routes = await this.reconcile();
    for (const route of routes) {
      const entry = this.#room.entries.byPrefix(route.prefix);
      const at = Number(route.lastActivity);
      if (entry === undefined || at <= (entry.signs.request ?? 0)) continue;
      const isLatest = at > (entry.row.lastActivity ?? 0);
      this.#activity.note(entry, at, 'request');
      if (!isLatest) continue;
      this.#room.users.touch(entry.row.userId, at);
    }
  }

  async #tidyRoutes(): Promise<void> {
    try {
      await this.reconcile();
    } catch (error) {
      this.#room.log.warn({ error }, `routes could not be compared, trying again later: ${sentenceOf(error)}`);
    }
  }

  #wishes(others: readonly WantedRoute[]): RouteWishes {
    const { entries } = this.#room;
    const phaseOf = (prefix: string) => entries.byPrefix(prefix)?.phase ?? 'stopped';
    return {
      wanted: () => [
        ...entries
          .active()
          .filter(({ phase }) => phase === 'ready')
          .map(({ row }) => routeOf(row)),
        ...others,
      ],
      isWanted: (prefix) => phaseOf(prefix) === 'ready' || others.some((route) => route.prefix === prefix),
      isBusy: (prefix) => !['ready', 'stopped'].includes(phaseOf(prefix)),
    };
  }

  /** Leaves servers running. What is pending may end if it is quick; the rest is let go, and the next adoption finds it. */
  async stop(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#stopWatching?.();
    const { entries, timing } = this.#room;
    const pending = entries.active().filter(({ phase }) => phase === 'starting' || phase === 'stopping');
    // A start whose unit runs goes on without us.
    for (const entry of pending) if (entry.row.invocation !== '') letGo(entry);
    const over = (): Promise<unknown> =>
      Promise.allSettled(pending.flatMap((entry) => entry.stopping ?? entry.run?.done ?? []));
    await Promise.race([over(), pause(timing.stopWait)]);
    for (const entry of pending) letGo(entry);
    await Promise.race([over(), pause(timing.stopWait)]);
    await Promise.race([this.#adoption, pause(timing.stopWait)]);
    await this.#activity.flush();
  }
}

function letGo(entry: Entry): void {
  if (entry.phase === 'starting') entry.run?.abort.abort(abandoned);
}
