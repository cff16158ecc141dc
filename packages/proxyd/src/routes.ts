import type { Log } from '@tshub/daemon';
import type { Destination } from './destination.ts';
import { OpenEndings } from './open-endings.ts';
import { parsePrefix } from './route-prefix.ts';
import { RouteTable } from './route-table.ts';
import type { RoutesStore, StoredRoute } from './routes-store.ts';
import { parseTarget, printTarget, type Target } from './target.ts';
import type { Upstream } from './upstream.ts';

/** A route as it serves. */
export interface Route extends Destination {
  readonly serverPrefix: string;
  readonly uid: number;
  data: Readonly<Record<string, string>>;
}

export interface RoutesParts {
  readonly store: RoutesStore;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Folders below which user servers have their sockets. */
  readonly socketRoots: readonly string[];
  readonly makeUpstream: (target: Target, uid: number) => Upstream;
}

export interface NewRoute {
  readonly prefix: string;
  readonly target: string;
  readonly uid: number;
  readonly data: Readonly<Record<string, string>>;
}

/** The routes, in memory and in their store. */
export class Routes {
  readonly table = new RouteTable<Route>();
  #parts: RoutesParts;

  constructor(parts: RoutesParts) {
    this.#parts = parts;
  }

  /** Takes over what the store kept; what cannot be used any more is dropped with a warning. */
  async restore(): Promise<void> {
    for (const stored of await this.#parts.store.load()) {
      try {
        this.#put(stored, stored.lastActivity);
      } catch (error) {
        this.#parts.log.warn(
          { error, prefix: stored.prefix },
          `the kept route ${stored.prefix} cannot be used; dropping it`,
        );
      }
    }
  }

  /**
   * Adds a route, or replaces the one of the same prefix. The same target and uid again leave its connections alone: so the
   * hub may give all its routes again after a restart. Throws bad_request or route_conflict.
   */
  async add(route: NewRoute): Promise<void> {
    const isNew = this.#put(route, this.#parts.clock());
    await this.save();
    if (!isNew) return;
    const { prefix, target, uid } = route;
    this.#parts.log.info(
      { event: 'route-added', prefix, target, uid },
      `requests for ${prefix} go to ${target} (uid ${uid})`,
    );
  }

  /** Removes a route and ends what uses it; one that is not there is no error. Throws bad_request or route_conflict. */
  async remove(prefix: string): Promise<void> {
    const route = this.table.delete(parsePrefix(prefix).segments);
    if (route === null) return;
    const ended = route.open.size;
    endAll(route);
    await this.save();
    const sentence = `requests for ${route.serverPrefix} go to the hub again`;
    this.#parts.log.info({ event: 'route-removed', prefix: route.serverPrefix, ended }, sentence);
  }

  list(): StoredRoute[] {
    return [...this.table.values()].map((route) => ({
      prefix: route.serverPrefix,
      target: printTarget(route.upstream.target),
      uid: route.uid,
      data: route.data,
      lastActivity: route.lastActivity,
    }));
  }

  /** A route that works but is not kept is better than none. */
  async save(): Promise<void> {
    try {
      await this.#parts.store.save(() => this.list());
    } catch (error) {
      this.#parts.log.warn({ error }, 'the routes cannot be written down; a restart of the proxy would lose them');
    }
  }

  /** Ends every connection to a user server. */
  close(): void {
    for (const route of this.table.values()) endAll(route);
  }

  /** Whether connections had to be made anew. */
  #put({ prefix, target, uid, data }: NewRoute, lastActivity: number): boolean {
    const { text, segments } = parsePrefix(prefix);
    const parsed = parseTarget(target, this.#parts.socketRoots);
    const present = this.table.get(segments);
    if (present !== null && present.uid === uid && printTarget(present.upstream.target) === printTarget(parsed)) {
      present.data = data;
      return false;
    }
    this.table.set(segments, {
      serverPrefix: text,
      upstream: this.#parts.makeUpstream(parsed, uid),
      open: new OpenEndings(),
      uid,
      data,
      lastActivity,
      problem: null,
    });
    if (present !== null) endAll(present);
    return true;
  }
}

function endAll(route: Route): void {
  route.open.destroyAll();
  route.upstream.close();
}
