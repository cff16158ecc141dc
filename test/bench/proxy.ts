import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type BenchOptions, compare, type Measure } from './frame.ts';
import { freePort, Measured } from './processes.ts';
import {
  type Backend,
  built,
  caddy,
  chp,
  haproxy,
  nginx,
  pipe,
  type ProxyContestant,
  tshub,
} from './proxy-contestants.ts';
import { download, messages, pacedRequests, requests, websocket } from './proxy-load.ts';

const clients = 64;
const requestCount = 20_000;
const perSecond = 4_000;
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

/** Latencies of the samples that were taken last, by proxy. */
const latencies = new Map<ProxyContestant, number[]>();

function quantile(proxy: ProxyContestant, q: number): number | null {
  const all = (latencies.get(proxy) ?? []).toSorted((a, b) => a - b);
  return all[Math.floor(all.length * q)] ?? null;
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
    name: `requests, ${perSecond} a second`,
    unit: 'CPU ms / 1000',
    of: any,
    sample: (proxy) =>
      spent(proxy, requestCount / 1000, async () => {
        const taken = await pacedRequests(proxy.port, requestCount, clients, perSecond);
        latencies.set(proxy, [...(latencies.get(proxy) ?? []), ...taken]);
      }),
  },
  { name: '… median of latencies', unit: 'ms', of: any, rounds: 1, sample: async (proxy) => quantile(proxy, 0.5) },
  { name: '… 99th percentile', unit: 'ms', of: any, rounds: 1, sample: async (proxy) => quantile(proxy, 0.99) },
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
    contestants.push(await pipe(folder, backend), await chp(cache, backend));
    await compare(contestants, [idle], options);
    options.print('');
    // Just-in-time compilers and pools of all of them are warm before anything counts.
    for (const { port } of contestants) await requests(port, requestCount / 2, clients);
    await compare(contestants, measures, options);
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
