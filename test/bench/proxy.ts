import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type BenchOptions, compare, type Measure, median } from './frame.ts';
import { freePort, Measured, shield, unshield } from './processes.ts';
import {
  type Backend,
  built,
  caddy,
  chp,
  haproxy,
  nginx,
  pipe,
  type ProxyContestant,
  relay,
  tshub,
} from './proxy-contestants.ts';
import { download, messages, pacedRequests, requests, websocket } from './proxy-load.ts';

const clients = 64;
const requestCount = 20_000;
const perSecond = 4_000;
const pacedCount = 8_000;
/**
 * Latencies are judged by the quarter of a second: a kernel lets others on for 50 ms now and then, whoever comes first. That meets
 * some of these, but not their median.
 */
const pacedWindow = 1_000;
const pacedRounds = 9;
const messageCount = 20_000;
const downloadSize = 512 * 1024 * 1024;
const idleCount = 4000;
const cache = '/var/cache/tshub/bench';

/** CPU that a proxy spends while something is done, in ms per unit of it. */
async function spent(proxy: ProxyContestant, units: number, act: () => Promise<unknown>): Promise<number> {
  const before = proxy.process.cpu();
  await act();
  return ((proxy.process.cpu() - before) * 1000) / units;
}

/** Latencies of paced requests, by proxy and window. */
const paced = new Map<ProxyContestant, number[][]>();

/** The median over the windows of this quantile of each. */
function quantile(proxy: ProxyContestant, q: number): number | null {
  const windows = paced.get(proxy) ?? [];
  return median(windows.map((window) => window.toSorted((a, b) => a - b)[Math.floor(window.length * q)] ?? 0));
}

const any = (): boolean => true;
const measures: ReadonlyArray<Measure<ProxyContestant>> = [
  {
    name: `requests, ${clients} connections`,
    unit: 'CPU ms / 1000',
    of: any,
    sample: (proxy) => spent(proxy, requestCount / 1000, () => requests(proxy.port, requestCount, clients)),
  },
  {
    name: `websocket messages, ${clients} sockets, both ways`,
    unit: 'CPU ms / 1000',
    of: any,
    async sample(proxy) {
      const sockets = await Promise.all(Array.from({ length: clients }, () => websocket(proxy.port)));
      const cpu = await spent(proxy, messageCount / 1000, () => messages(sockets, messageCount));
      for (const socket of sockets) socket.destroy();
      return cpu;
    },
  },
  {
    name: 'download',
    unit: 'CPU ms / GiB',
    of: any,
    sample: (proxy) => spent(proxy, downloadSize / 2 ** 30, () => download(proxy.port, downloadSize)),
  },
];

/** With the proxy alone on one CPU, who asks and who answers on the other, and whatever else runs behind both. */
const pacedMeasures: ReadonlyArray<Measure<ProxyContestant>> = [
  {
    name: `requests, ${perSecond} a second`,
    unit: 'CPU ms / 1000',
    of: any,
    rounds: pacedRounds,
    sample: (proxy) =>
      spent(proxy, pacedCount / 1000, async () => {
        const latencies = await pacedRequests(proxy.port, pacedCount, clients, perSecond);
        const windows = paced.get(proxy) ?? [];
        for (let at = 0; at < pacedCount; at += pacedWindow) windows.push(latencies.slice(at, at + pacedWindow));
        paced.set(proxy, windows);
      }),
  },
  { name: '… median of latencies', unit: 'ms', of: any, rounds: 1, sample: async (proxy) => quantile(proxy, 0.5) },
  { name: '… 99th percentile', unit: 'ms', of: any, rounds: 1, sample: async (proxy) => quantile(proxy, 0.99) },
];

/** Of processes that have done nothing else: what an allocator keeps of earlier work would hide what a socket takes. */
const idle: Measure<ProxyContestant> = {
  name: `idle websocket, of ${idleCount}`,
  unit: 'KiB',
  of: any,
  rounds: 1,
  async sample(proxy) {
    const open = async (count: number) => {
      const sockets = [];
      for (let i = 0; i < count; i++) sockets.push(await websocket(proxy.port));
      return sockets;
    };
    // What is loaded or compiled at the first of them is not part of each.
    const sockets = await open(idleCount / 10);
    const before = proxy.process.memory();
    sockets.push(...(await open(idleCount)));
    const grown = (proxy.process.memory() - before) / idleCount;
    for (const socket of sockets) socket.destroy();
    return grown;
  },
};

async function run(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-bench-'));
  const backend: Backend = { port: await freePort(), socket: join(folder, 'backend.sock') };
  const server = new Measured('node', [await built('proxy-backend', folder), String(backend.port), backend.socket]);
  await server.listens(backend.port);
  const contestants: ProxyContestant[] = [];
  try {
    contestants.push(await tshub(folder, backend), await nginx(folder, backend));
    contestants.push(await haproxy(folder, backend), await caddy(folder, backend));
    contestants.push(await pipe(folder, backend), await relay(folder, backend), await chp(cache, backend));
    await compare(contestants, [idle], options);
    options.print('');
    // Just-in-time compilers and pools of all of them are warm before anything counts.
    for (const { port } of contestants) await requests(port, requestCount / 2, clients);
    await compare(contestants, measures, options);
    options.print('');
    for (const { process: proxy } of contestants) proxy.shield('1');
    server.shield('0');
    shield(process.pid, '0');
    await compare(contestants, pacedMeasures, options);
    unshield(process.pid, '0,1');
    const full = await tshub(folder, backend, 10_000);
    contestants.push(full);
    options.print('');
    options.print(`Resident with 10,000 routes: ${Math.round(full.process.memory() / 1024)} MiB.`);
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.stop()));
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

export const proxy: Bench = {
  name: 'proxy',
  says: "proxyd beside npm's configurable-http-proxy, Debian's nginx, haproxy and caddy, and two joined sockets",
  run,
};
