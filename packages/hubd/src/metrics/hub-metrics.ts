import { version } from '@tshub/contract';
import type { Knex } from 'knex';
import { readEventLoop } from './event-loop.ts';
import { addProcess } from './process.ts';
import { addUsage, type UsageParts } from './usage-metrics.ts';
import { type Counter, type Histogram, Registry } from './registry.ts';

/** What the hub measures of itself, by the peer's names (its contract 10) so that its dashboards work; our own begin with `tshub_`. */
export interface HubMetrics {
  readonly requests: Histogram;
  readonly spawns: Histogram;
  readonly stops: Histogram;
  readonly polls: Histogram;
  readonly routeAdds: Histogram;
  readonly routeDeletes: Histogram;
  readonly routePolls: Histogram;
  readonly routeChecks: Histogram;
  readonly logins: Histogram;
  readonly logouts: Histogram;
  readonly startup: Histogram;
  readonly initSpawners: Histogram;
  readonly cspReports: Counter;
  /** All of it, for Prometheus. */
  render(): Promise<string>;
  stop(): void;
}

export interface HubMetricsParts {
  readonly db: Knex;
  readonly clock: { now(): number };
  /** Brings what is only known in memory into the database. */
  readonly settle: () => Promise<void>;
  readonly running: () => number;
  readonly pending: () => number;
  readonly usage: UsageParts;
}

const spawnBuckets = [0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 180, 300, 600];
const hourMs = 60 * 60 * 1000;
const periods = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;

export function makeHubMetrics({ db, clock, settle, running, pending, usage }: HubMetricsParts): HubMetrics {
  const registry = new Registry();
  const histogram = (name: string, help: string, labels?: readonly string[], buckets?: number[]): Histogram =>
    registry.histogram(`jupyterhub_${name}`, help, labels, buckets);
  const eventLoop = readEventLoop(
    histogram(
      'event_loop_interval_seconds',
      'How long 50 ms take in the event loop, once metrics were asked for',
      [],
      eventLoopBuckets,
    ),
  );
  const countUsers = async (since?: number): Promise<number> => {
    const query = db('users').count({ count: '*' });
    const [row] = await (since === undefined ? query : query.where('last_activity', '>=', since));
    return Number(row?.['count'] ?? 0);
  };
  const activeUsers = hourly(clock, async () => {
    await settle();
    const now = clock.now();
    const counts = Object.entries(periods).map(async ([period, hours]) => ({
      value: await countUsers(now - hours * hourMs),
      labels: { period },
    }));
    return Promise.all(counts);
  });

  registry.read('jupyterhub_running_servers', 'gauge', 'Servers that run', () => [{ value: running() }]);
  registry.read('jupyterhub_total_users', 'gauge', 'Users that the hub knows', async () => [
    { value: await countUsers() },
  ]);
  registry.read('jupyterhub_active_users', 'gauge', 'Users with activity within a period, counted hourly', activeUsers);
  registry.read('tshub_pending_servers', 'gauge', 'Servers that start, stop or are looked at', () => [
    { value: pending() },
  ]);
  registry.read('tshub_info', 'gauge', 'The version of tshub', () => [{ value: 1, labels: { version } }]);
  const renewUsage = addUsage(registry, usage);
  addProcess(registry);
  return {
    requests: histogram('request_duration_seconds', 'Requests to the hub', ['method', 'handler', 'code']),
    spawns: histogram('server_spawn_duration_seconds', 'Starts of servers', ['status', 'reason'], spawnBuckets),
    stops: histogram('server_stop_seconds', 'Stops of servers', ['status']),
    polls: histogram('server_poll_duration_seconds', 'Questions to the service manager about a server', ['status']),
    routeAdds: histogram('proxy_add_duration_seconds', 'Adding routes to the proxy', ['status']),
    routeDeletes: histogram('proxy_delete_duration_seconds', 'Removing routes from the proxy', ['status']),
    routePolls: histogram('proxy_poll_duration_seconds', 'Reading the routes of the proxy'),
    routeChecks: histogram('check_routes_duration_seconds', 'Comparing the routes of the proxy with what runs'),
    logins: histogram('login_duration_seconds', 'Logins', ['status']),
    logouts: histogram('logout_duration_seconds', 'Logouts'),
    startup: histogram('hub_startup_duration_seconds', 'Starts of the hub'),
    initSpawners: histogram('init_spawners_duration_seconds', 'Finding what runs, when the hub starts'),
    cspReports: registry.counter(
      'jupyterhub_csp_reports_total',
      'Reports of browsers about our content security policy',
    ),
    render() {
      eventLoop.start();
      renewUsage();
      return registry.render();
    },
    stop: eventLoop.stop,
  };
}

const eventLoopBuckets = [0.05, 0.055, 0.06, 0.065, 0.07, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The answer of a question, asked at most once an hour. */
function hourly<T>(clock: { now(): number }, ask: () => Promise<T>): () => Promise<T> {
  let known: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (known === undefined || clock.now() - known.at >= hourMs) {
      const answer = ask();
      answer.catch(() => (known = undefined));
      known = { at: clock.now(), answer };
    }
    return known.answer;
  };
}
