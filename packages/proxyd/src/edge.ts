import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { type ListenAddress, listenOn, type Log } from '@tshub/daemon';
import type { Counts } from './metrics.ts';
import type { Proxy } from './proxy.ts';
import { makeApiListener, makeMetricsListener } from './rest/api-listener.ts';
import { loadApiTls } from './rest/api-tls.ts';
import { loadToken } from './rest/token.ts';

export interface EdgeOptions {
  readonly proxy: Proxy;
  readonly settings: Settings['proxy_api'];
  /** Where the API's own socket goes; root and the proxy alone get into its folder. */
  readonly apiSocket: string;
  /** systemd's $CREDENTIALS_DIRECTORY. */
  readonly credentials: string | undefined;
  readonly log: Log;
}

export interface Edge {
  /** Reads what new settings name, and throws config_invalid; what it gives applies them, and gives the names of those that only a restart can. */
  prepareReload(settings: Settings['proxy_api']): () => string[];
  close(): Promise<void>;
}

/** What operators reach beside the public listener: the API for routes, and metrics. Rejects when an address cannot be had. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { proxy, settings, log, credentials } = options;
  let token = tokenFor(settings, credentials);
  const tls = loadApiTls(settings);
  const nobodys = randomBytes(32).toString('hex');
  const counts = proxy.counts;
  const metrics = async () => {
    await proxy.collect();
    const { connections, websockets, routes } = proxy.status();
    const { requests, upgrades, answers } = proxy.counters;
    counts.set('requests_web', Number(requests) - upgrades);
    counts.set('requests_ws', upgrades);
    for (const [status, count] of answers) counts.set('requests_proxy', count, { status: String(status) });
    counts.set('tshub_proxy_connections', connections);
    counts.set('tshub_proxy_websockets', websockets);
    counts.set('tshub_proxy_routes', routes);
    counts.set('tshub_proxy_threads', proxy.crew?.size ?? 1);
    countProcess(counts);
    return counts.print();
  };
  const parts = { routes: proxy.routes, collect: () => proxy.collect(), counts, log, metrics };
  const servers: Array<Server | TlsServer> = [];
  const serve = async (server: Server | TlsServer, address: ListenAddress) => {
    await listenOn(server, address);
    servers.push(server);
  };
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  try {
    await serve(makeApiListener({ ...parts, token: () => null }, null), { path: options.apiSocket, mode: 0o600 });
    if (settings.listen !== '') {
      await serve(makeApiListener({ ...parts, token: () => token ?? nobodys }, tls), addressOf(settings.listen));
    }
    if (settings.metrics_listen !== '') await serve(makeMetricsListener(parts), addressOf(settings.metrics_listen));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    prepareReload(fresh) {
      // A listener that only a restart ends goes on asking for the token it had.
      const freshToken = tokenFor(fresh, credentials) ?? token;
      const freshTls = loadApiTls(fresh);
      const later: string[] = (['listen', 'metrics_listen'] as const).filter((key) => fresh[key] !== settings[key]);
      if ((freshTls === null) !== (tls === null)) later.push('certificate_file');
      if ((fresh.client_ca_file === '') !== (settings.client_ca_file === '')) later.push('client_ca_file');
      return () => {
        token = freshToken;
        if (freshTls !== null)
          for (const server of servers) if (server instanceof TlsServer) server.setSecureContext(freshTls);
        return later.map((key) => `proxy_api.${key}`);
      };
    },
    close,
  };
}

/** What every client library of Prometheus tells of its process. */
function countProcess(counts: Counts): void {
  const { user, system } = process.cpuUsage();
  counts.set('process_cpu_seconds_total', (user + system) / 1e6);
  try {
    counts.set('process_open_fds', readdirSync('/proc/self/fd').length);
  } catch {
    // Without a free descriptor they cannot be counted; the rest is wanted then above all.
  }
  const memory = process.memoryUsage.rss();
  counts.set('process_resident_memory_bytes', memory);
  counts.set('tshub_proxy_memory_bytes', memory);
  counts.set('process_start_time_seconds', Math.round(performance.timeOrigin / 1000));
}

function tokenFor(settings: Settings['proxy_api'], credentials: string | undefined): string | null {
  const token = loadToken(settings.token_file, credentials);
  if (token === null && settings.listen !== '') {
    const problem =
      'proxy_api.listen: an address needs a token; put one into a file and name it in proxy_api.token_file, or see tshub.toml(5)';
    throw new TshubError('config_invalid', { problem });
  }
  return token;
}

/** Of what the settings have checked. */
function addressOf(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) };
}

function closeServer(server: Server | TlsServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
