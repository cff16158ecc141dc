import type { Calls } from '@tshub/bus';
import { type ErrorCode, type proxy1, type RouteEntry, routeEntry, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import { routeChanges, type WantedRoute } from './route-changes.ts';

/** So many calls wait for their answers at once: a proxy that lost all its routes has them back in a moment. */
const together = 64;
const refusals: readonly ErrorCode[] = ['bad_request', 'forbidden', 'route_conflict'];

export interface ProbeAnswer {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The JupyterHub version that the server told, '' if it told none. */
  readonly version: string;
  readonly problem: string;
}

/** Which routes there should be, now. */
export interface RouteWishes {
  wanted(): readonly WantedRoute[];
  isWanted(prefix: string): boolean;
  /** Whether a server with this prefix starts or stops. */
  isBusy(prefix: string): boolean;
}

/** Probes wait in the proxy for seconds, and the bus lets a connection have 128 questions open: most of them, so that there is room for others. */
const mostProbes = 96;
const sharedMs = 500;

/** The hub's side of proxyd. Errors are TshubErrors, daemon_away when it does not answer. */
export class ProxyLink {
  readonly #proxy: Calls<typeof proxy1>;
  readonly #log: Log;
  /** Prefix -> why it was refused, to say it once. */
  readonly #refused = new Map<string, string>();

  #probing = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(proxy: Calls<typeof proxy1>, log: Log) {
    this.#proxy = proxy;
    this.#log = log;
  }

  async add(route: WantedRoute): Promise<void> {
    await this.#proxy.AddRoute(route.prefix, route.target, route.uid, route.data);
  }

  async remove(prefix: string): Promise<void> {
    await this.#proxy.RemoveRoute(prefix);
  }

  async routes(): Promise<RouteEntry[]> {
    return (await this.#proxy.ListRoutes()).map((entry) => routeEntry.parse(entry));
  }

  async probe(target: string, uid: number, path: string, timeoutMs: number): Promise<ProbeAnswer> {
    if (this.#probing >= mostProbes) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    this.#probing += 1;
    try {
      // While others wait, nobody keeps a place for long.
      const time = this.#waiting.length > 0 ? Math.min(timeoutMs, sharedMs) : timeoutMs;
      const [status, version, problem] = await this.#proxy.Probe(target, uid, path, time);
      return { status, version, problem };
    } finally {
      this.#probing -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** A route that proxyd's own settings do not allow must not keep the others away; it is tried again each time. */
  async #addUnlessRefused(route: WantedRoute): Promise<boolean> {
    try {
      await this.add(route);
      this.#refused.delete(route.prefix);
      return true;
    } catch (error) {
      if (!(error instanceof TshubError) || !refusals.includes(error.code)) throw error;
      if (this.#refused.get(route.prefix) !== error.message)
        this.#log.warn(
          { error, prefix: route.prefix },
          `the proxy does not take the route ${route.prefix}: ${error.message}`,
        );
      this.#refused.set(route.prefix, error.message);
      return false;
    }
  }

  /** Puts right what differs from the wanted routes below /user/ and /services/. Gives the routes that were there. */
  async reconcile(wishes: RouteWishes): Promise<RouteEntry[]> {
    const present = await this.routes();
    const changes = routeChanges(wishes.wanted(), present, wishes.isBusy);
    let changed = 0;
    // Asked again before each change: servers start and stop meanwhile, and their routes are then their own matter.
    for (let i = 0; i < changes.add.length; i += together) {
      const missing = changes.add.slice(i, i + together).filter(({ prefix }) => wishes.isWanted(prefix));
      const outcomes = await Promise.all(missing.map((route) => this.#addUnlessRefused(route)));
      changed += outcomes.filter(Boolean).length;
    }
    for (const prefix of changes.drop) {
      if (wishes.isWanted(prefix) || wishes.isBusy(prefix)) continue;
      await this.remove(prefix);
      changed += 1;
    }
    if (changed > 0) this.#log.info(`${changed} routes of the proxy were missing, wrong or too much; put right`);
    return present;
  }
}
