import type { Calls } from '@tshub/bus';
import { type proxy1, TshubError, units } from '@tshub/contract';
import { Gates } from './gates.ts';

export interface FakeRoute {
  readonly prefix: string;
  readonly target: string;
  readonly uid: number;
  readonly data: Readonly<Record<string, string>>;
  lastActivity: number;
}

/** proxyd: routes in memory; servers behind it answer as `answer` says. */
export class FakeProxy {
  readonly gates = new Gates();
  readonly routes = new Map<string, FakeRoute>();
  /** Every change of a route, in order. */
  readonly changes: string[] = [];
  probes = 0;
  isAway = false;
  /** Status and problem of a probe of a target. */
  answer: (target: string) => readonly [number, string] = () => [200, ''];

  readonly calls: Calls<typeof proxy1> = {
    AddRoute: (prefix, target, uid, data) =>
      this.#answer('AddRoute', () => {
        this.changes.push(`+${prefix}`);
        this.routes.set(prefix, { prefix, target, uid, data, lastActivity: 0 });
      }),
    RemoveRoute: (prefix) =>
      this.#answer('RemoveRoute', () => {
        this.changes.push(`-${prefix}`);
        this.routes.delete(prefix);
      }),
    ListRoutes: () =>
      this.#answer('ListRoutes', () =>
        [...this.routes.values()].map((route) => ({ ...route, lastActivity: BigInt(route.lastActivity) })),
      ),
    Probe: (target) =>
      this.#answer('Probe', () => {
        this.probes += 1;
        const [status, problem] = this.answer(target);
        return [status, status === 0 ? '' : '5.2.1', problem];
      }),
    ListActivity: (since) =>
      this.#answer('ListActivity', () =>
        Object.fromEntries(
          [...this.routes.values()]
            .filter(({ lastActivity }) => lastActivity >= Number(since))
            .map(({ prefix, lastActivity }) => [prefix, BigInt(lastActivity)]),
        ),
      ),
    ReplaceRoutes: (routes) =>
      this.#answer('ReplaceRoutes', () => {
        const removed = this.routes.size;
        this.routes.clear();
        for (const [prefix, target, uid, data] of routes) {
          this.changes.push(`=${prefix}`);
          this.routes.set(prefix, { prefix, target, uid, data, lastActivity: 0 });
        }
        return [routes.length, removed];
      }),
    GetSettings: () => this.#answer('GetSettings', (): [string, string[]] => ['{}', []]),
    GetStatistics: () =>
      this.#answer('GetStatistics', () => ({ requests: 0n, websocketRequests: 0n, answers: {}, memory: 0n })),
    GetStatus: () =>
      this.#answer('GetStatus', () => ({
        version: 'test',
        connections: 0,
        websockets: 0,
        requests: 0n,
        routes: this.routes.size,
      })),
  };

  #answer<T>(method: string, work: () => T): Promise<T> {
    return this.gates.pass(method, () => {
      if (this.isAway) throw new TshubError('daemon_away', { unit: units.proxy });
      return work();
    });
  }
}
