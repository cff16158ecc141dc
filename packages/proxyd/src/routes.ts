import { anyUid, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { parseOperatorTarget, type OperatorTarget } from './operator-target.ts';
import type { Rewrite } from './rewrite.ts';
import { Route } from './route.ts';
import { parseAnyPrefix, parsePrefix, type Prefix, withoutFirst } from './route-prefix.ts';
import { RouteTable } from './route-table.ts';
import { type RoutesStore, storedOf, type StoredRoute } from './routes-store.ts';
import { parseTarget, printTarget, type Target } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface RoutesParts {
  readonly store: RoutesStore;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Folders below which user servers have their sockets. */
  readonly socketRoots: readonly string[];
  readonly makeUpstream: (target: Target, uid: number) => Upstream;
  readonly makeRewrite: (to: OperatorTarget, depth: number) => Rewrite;
  /** Whether the first segment of an operator's prefix is a host. */
  readonly hostRouting: boolean;
}

/** A route of the hub's, held to what a user server may be; or with `posted` an operator's, who may lead anywhere. */
export interface NewRoute {
  readonly prefix: string;
  readonly target: string;
  readonly uid: number;
  readonly data: Readonly<Record<string, string>>;
  readonly posted?: Readonly<Record<string, unknown>>;
}

/** What happens to routes, for whoever listens. */
export type RouteEvent =
  | { readonly kind: 'added' | 'removed'; readonly prefix: string }
  | { readonly kind: 'replaced'; readonly added: number; readonly removed: number };

/** What has become of one route, for other threads that serve by the same ones. */
export type RouteChange =
  | { readonly kind: 'set'; readonly route: StoredRoute }
  | { readonly kind: 'drop'; readonly prefix: string };

/** The routes, in memory and in their store. */
export class Routes {
  readonly table: RouteTable<Route>;
  #parts: RoutesParts;
  #listeners = new Set<(event: RouteEvent) => void>();
  #isFollowing = false;
  #spread: ((changes: readonly RouteChange[]) => Promise<void>) | null = null;
  #changes: RouteChange[] = [];

  constructor(parts: RoutesParts) {
    this.#parts = parts;
    this.table = new RouteTable<Route>(parts.hostRouting);
  }

  /** Takes over what the store kept; what cannot be used any more is dropped with a warning. */
  async restore(): Promise<void> {
    this.#take(await this.#parts.store.load());
  }

  /** From now on another process changes the routes, and this one does as the store says. Rejects when that cannot be read. */
  async follow(): Promise<void> {
    this.#isFollowing = true;
    const kept = await this.#parts.store.read();
    const names = new Set(kept.map(({ prefix }) => prefix));
    for (const route of [...this.table.values()]) if (!names.has(route.prefix)) this.#drop(route);
    this.#take(kept);
    await this.#tellThreads();
  }

  /** From now on others hear what becomes of each route, and have heard it when a change is done. */
  spreadTo(spread: (changes: readonly RouteChange[]) => Promise<void>): void {
    this.#spread = spread;
  }

  /** Does what another thread has done. */
  apply(changes: readonly RouteChange[]): void {
    for (const change of changes) {
      if (change.kind === 'set') this.#set(this.#parse(change.route), change.route, change.route.lastActivity);
      else {
        const route = this.find(change.prefix);
        if (route !== null) this.#drop(route);
      }
    }
  }

  /** When each route was used last, of those that were at or after `since`; milliseconds since 1970. */
  activeSince(since: number): Record<string, number> {
    const activity: Record<string, number> = {};
    for (const { prefix, lastActivity } of this.table.values())
      if (lastActivity >= since) activity[prefix] = lastActivity;
    return activity;
  }

  /** Takes over what other processes or threads know of their use; one that is gone meanwhile is no error. */
  noteActivity(activity: Readonly<Record<string, number>>): void {
    for (const [prefix, at] of Object.entries(activity)) {
      const route = this.findOrNull(prefix);
      if (route !== null) route.lastActivity = Math.max(route.lastActivity, at);
    }
  }

  /**
   * Adds a route, or replaces the one of the same prefix. The same target and uid again leave its connections alone: so the
   * hub may give all its routes again after a restart. Throws bad_request or route_conflict.
   */
  async add(route: NewRoute): Promise<void> {
    const parsed = this.#parse(route);
    this.#requireFree(parsed, route);
    const added = this.#set(parsed, route, this.#parts.clock());
    await this.#settle();
    if (added !== null) this.#tellAdded(added);
  }

  /** Makes these the hub's routes, all or none: others of the hub's go, an operator's stay. Gives how many came and went. */
  async replace(wanted: readonly NewRoute[]): Promise<{ added: number; removed: number }> {
    // Before anything is changed, so that one bad entry changes nothing.
    const prepared = wanted.map((route) => this.#parse(route));
    for (const [i, parsed] of prepared.entries()) this.#requireFree(parsed, wanted[i] as NewRoute);
    const names = new Set(prepared.map(({ prefix }) => prefix.text));
    const stale = [...this.table.values()].filter(({ posted, prefix }) => posted === undefined && !names.has(prefix));
    for (const route of stale) this.#drop(route);
    const now = this.#parts.clock();
    let added = 0;
    for (const [i, parsed] of prepared.entries()) if (this.#set(parsed, wanted[i] as NewRoute, now) !== null) added++;
    await this.#settle();
    const removed = stale.length;
    if (added > 0 || removed > 0) {
      const sentence = `the hub gave all its routes: ${added} are new, ${removed} were no longer wanted`;
      this.#parts.log.info({ added, removed }, sentence);
      this.#emit({ kind: 'replaced', added, removed });
    }
    return { added, removed };
  }

  /** Removes a route of the hub's and ends what uses it; one that is not there is no error. Throws bad_request or route_conflict. */
  async remove(prefix: string): Promise<void> {
    const route = this.table.get(parsePrefix(prefix).segments);
    if (route?.posted !== undefined) throw new TshubError('route_conflict', { prefix: route.prefix });
    if (route !== null) await this.#remove(route);
  }

  /** Removes a route whoever made it. Says whether there was one. Throws bad_request. */
  async removeAny(prefix: string): Promise<boolean> {
    const route = this.find(prefix);
    if (route !== null) await this.#remove(route);
    return route !== null;
  }

  /** The route of exactly this prefix. Throws bad_request. */
  find(prefix: string): Route | null {
    return this.table.get(parseAnyPrefix(prefix).segments);
  }

  /** As find, for a prefix that another process knows: one that cannot be has no route. */
  findOrNull(prefix: string): Route | null {
    try {
      return this.find(prefix);
    } catch {
      return null;
    }
  }

  list(): StoredRoute[] {
    return [...this.table.values()].map(storedOf);
  }

  /** Hears of routes from now on, until the returned function is called. */
  onEvent(hear: (event: RouteEvent) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  /** A route that works but is not kept is better than none. */
  async save(): Promise<void> {
    if (this.#isFollowing) return;
    try {
      await this.#parts.store.save(() => this.list());
    } catch (error) {
      this.#parts.log.warn({ error }, 'the routes cannot be written down; a restart of the proxy would lose them');
    }
  }

  /** Asks websockets to end. */
  leave(): void {
    for (const route of this.table.values()) route.leave();
  }

  /** Ends every connection to a server. */
  close(): void {
    for (const route of this.table.values()) route.end();
  }

  #take(kept: readonly StoredRoute[]): void {
    for (const route of kept) {
      try {
        this.#set(this.#parse(route), route, route.lastActivity);
      } catch (error) {
        const { prefix } = route;
        this.#parts.log.warn({ error, prefix }, `the kept route ${prefix} cannot be used; dropping it`);
      }
    }
  }

  #parse({ prefix, target, posted }: NewRoute): Parsed {
    if (posted !== undefined) return { prefix: parseAnyPrefix(prefix), to: parseOperatorTarget(target), text: target };
    const name = parsePrefix(prefix);
    const parsed = parseTarget(target, this.#parts.socketRoots);
    return { prefix: name, to: { target: parsed, path: '' }, text: printTarget(parsed) };
  }

  /** A hub that was taken over must not get what an operator leads elsewhere. Throws route_conflict. */
  #requireFree({ prefix }: Parsed, { posted }: NewRoute): void {
    const isOperators = this.table.get(prefix.segments)?.posted !== undefined;
    if (isOperators && posted === undefined) throw new TshubError('route_conflict', { prefix: prefix.text });
  }

  /** The route when connections had to be made anew, null when it only got other data. */
  #set({ prefix, to, text }: Parsed, { uid, data, posted }: NewRoute, lastActivity: number): Route | null {
    const present = this.table.get(prefix.segments);
    const isOperators = posted !== undefined;
    if (present?.uid === uid && present.target === text && (present.posted !== undefined) === isOperators) {
      present.data = data;
      present.posted = posted;
      this.#note({ kind: 'set', route: storedOf(present) });
      return null;
    }
    const skipped = isOperators && this.#parts.hostRouting ? 1 : 0;
    const path = skipped === 0 ? prefix.text : withoutFirst(prefix.text);
    const facts = {
      prefix: prefix.text,
      segments: prefix.segments,
      // What has the whole of an origin is its hub; what it sets and reads there is its own business.
      serverPrefix: path === '/' ? null : path,
      target: text,
      uid,
      data,
      posted,
      lastActivity,
    };
    const rewrite = isOperators ? this.#parts.makeRewrite(to, prefix.segments.length - skipped) : null;
    const route = new Route(facts, rewrite, () => this.#parts.makeUpstream(to.target, uid));
    this.table.set(prefix.segments, route);
    present?.end();
    this.#note({ kind: 'set', route: storedOf(route) });
    return route;
  }

  async #remove(route: Route): Promise<void> {
    const ended = this.#drop(route);
    await this.#settle();
    const sentence = `requests for ${route.prefix} go to the hub again`;
    this.#parts.log.info({ event: 'route-removed', prefix: route.prefix, ended }, sentence);
    this.#emit({ kind: 'removed', prefix: route.prefix });
  }

  /** Gives how many it ended. */
  #drop(route: Route): number {
    this.table.delete(route.segments);
    this.#note({ kind: 'drop', prefix: route.prefix });
    return route.end();
  }

  #note(change: RouteChange): void {
    if (this.#spread !== null) this.#changes.push(change);
  }

  async #tellThreads(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length > 0) await this.#spread?.(changes);
  }

  async #settle(): Promise<void> {
    await Promise.all([this.save(), this.#tellThreads()]);
  }

  #tellAdded({ prefix, target, uid }: Route): void {
    const whose = uid === anyUid ? 'whoever answers there' : `uid ${uid}`;
    this.#parts.log.info(
      { event: 'route-added', prefix, target, uid },
      `requests for ${prefix} go to ${target} (${whose})`,
    );
    this.#emit({ kind: 'added', prefix });
  }

  #emit(event: RouteEvent): void {
    for (const hear of this.#listeners) hear(event);
  }
}

interface Parsed {
  readonly prefix: Prefix;
  readonly to: OperatorTarget;
  readonly text: string;
}
