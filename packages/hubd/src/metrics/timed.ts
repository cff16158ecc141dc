import { performance } from 'node:perf_hooks';
import type { Calls } from '@tshub/bus';
import { type ErrorCode, type proxy1, type spawner1, TshubError } from '@tshub/contract';
import type { Login } from '../login/login.ts';
import type { ServersRoom } from '../servers/servers.ts';
import type { HubMetrics } from './hub-metrics.ts';
import type { Histogram } from './registry.ts';

/** Rooms that measure: each is the room it was, and what it does is timed. The rooms themselves know nothing of metrics. */

function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1000;
}

/** Observes how long something takes, with `status` success or failure. */
async function timed<T>(histogram: Histogram, work: () => Promise<T>, hasStatus = true): Promise<T> {
  const seconds = stopwatch();
  try {
    const result = await work();
    histogram.observe(seconds(), hasStatus ? { status: 'success' } : {});
    return result;
  } catch (error) {
    histogram.observe(seconds(), hasStatus ? { status: 'failure' } : {});
    throw error;
  }
}

export function timedProxy(proxy: Calls<typeof proxy1>, metrics: HubMetrics): Calls<typeof proxy1> {
  return {
    ...proxy,
    AddRoute: (...route) => timed(metrics.routeAdds, () => proxy.AddRoute(...route)),
    RemoveRoute: (...route) => timed(metrics.routeDeletes, () => proxy.RemoveRoute(...route)),
    ListRoutes: () => timed(metrics.routePolls, () => proxy.ListRoutes(), false),
  };
}

export function timedSpawner(spawner: Calls<typeof spawner1>, metrics: HubMetrics): Calls<typeof spawner1> {
  return {
    ...spawner,
    async Show(...server) {
      const seconds = stopwatch();
      const status = await spawner.Show(...server);
      metrics.polls.observe(seconds(), { status: status['active'] === 'active' ? 'running' : 'stopped' });
      return status;
    },
  };
}

/** Why a start was not even begun, in the peer's words. */
const reasons: Partial<Record<ErrorCode, string>> = {
  already_running: 'already-pending',
  pending: 'already-pending',
  server_limit: 'too-many-users',
  too_many_requests: 'throttled',
};

export function timedServers(servers: ServersRoom, metrics: HubMetrics): ServersRoom {
  const start: ServersRoom['start'] = async (...order) => {
    const seconds = stopwatch();
    try {
      const begun = await servers.start(...order);
      begun.done.then(
        () => metrics.spawns.observe(seconds(), { status: 'success' }),
        () => metrics.spawns.observe(seconds(), { status: 'failure' }),
      );
      return begun;
    } catch (error) {
      const reason = error instanceof TshubError ? (reasons[error.code] ?? '') : '';
      metrics.spawns.observe(seconds(), { status: 'error', reason });
      throw error;
    }
  };
  const stop: ServersRoom['stop'] = async (...order) => {
    const seconds = stopwatch();
    const begun = await servers.stop(...order);
    begun.done.then(
      () => metrics.stops.observe(seconds(), { status: 'success' }),
      () => metrics.stops.observe(seconds(), { status: 'failure' }),
    );
    return begun;
  };
  return overlaid(servers, {
    start,
    stop,
    adopt: () => timed(metrics.initSpawners, () => servers.adopt(), false),
    reconcileRoutes: () => timed(metrics.routeChecks, () => servers.reconcileRoutes(), false),
    readActivity: () => timed(metrics.routeChecks, () => servers.readActivity(), false),
  });
}

export function timedLogin(login: Login, metrics: HubMetrics): Login {
  const watch = async (work: Promise<Awaited<ReturnType<Login['begin']>>>): ReturnType<Login['begin']> => {
    const seconds = stopwatch();
    const outcome = await work;
    if (outcome.kind !== 'ask')
      metrics.logins.observe(seconds(), { status: outcome.kind === 'in' ? 'success' : 'failure' });
    return outcome;
  };
  return overlaid(login, {
    begin: (attempt) => watch(login.begin(attempt)),
    answer: (...given) => watch(login.answer(...given)),
    enter: (...given) => watch(login.enter(...given)),
  });
}

/** An object with some of its functions replaced; getters stay what they are. */
function overlaid<T extends object>(object: T, functions: Partial<T>): T {
  return Object.assign(Object.create(object) as T, functions);
}
