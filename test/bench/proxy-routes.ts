import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPrivateBus } from '../support/private-bus.ts';
import type { Bench } from './frame.ts';
import { freePort, Measured } from './processes.ts';
import { built } from './proxy-contestants.ts';

const routes = 10_000;
const times = 5;

interface Took {
  readonly ms: number;
  readonly cpu: number;
}

/** Hub, dbus-daemon and proxy are a process each, as they are when a hub comes back; all are fresh in each round. */
export const proxyRoutes: Bench = {
  name: 'routes',
  says: 'the hub gives the proxy 10,000 routes in one call',
  async run({ rounds, print }) {
    const folder = mkdtempSync(join(tmpdir(), 'tshub-bench-'));
    const [served, asked] = [await built('proxy-routes-served', folder), await built('proxy-routes-asked', folder)];
    // Where a bundle looks for the addon: as in the Debian package.
    mkdirSync(join(folder, 'native'));
    const addon = join(import.meta.dirname, '../../packages/native/build/Release/tshub_native.node');
    execFileSync('cp', [addon, join(folder, 'native/')]);
    const first: Took[] = [];
    const later: Took[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const bus = await startPrivateBus();
      const port = await freePort();
      const proxy = new Measured('node', [served, bus.address, folder, String(port)]);
      try {
        await proxy.listens(port);
        const idle = proxy.threadMs();
        first.push(...(await ask(asked, bus.address, 1)));
        cpu.push(proxy.threadMs() - idle);
        later.push(...(await ask(asked, bus.address, times)).slice(1));
      } finally {
        await proxy.stop();
        await bus.stop();
        rmSync(join(folder, 'routes.json'), { force: true });
      }
    }
    rmSync(folder, { recursive: true });
    print('| | unit | median | all |');
    print('| --- | --- | --- | --- |');
    printTook('the first call, hub and proxy just started', first, print);
    printRow('… CPU of the proxy', cpu, print);
    printTook('later calls', later, print);
  },
};

async function ask(file: string, address: string, count: number): Promise<Took[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [file, address, String(routes), String(count)]);
  return JSON.parse(stdout) as Took[];
}

function printTook(name: string, took: readonly Took[], print: (line: string) => void): void {
  printRow(
    name,
    took.map(({ ms }) => ms),
    print,
  );
  printRow(
    '… CPU of the hub',
    took.map((one) => one.cpu),
    print,
  );
}

function printRow(name: string, samples: readonly number[], print: (line: string) => void): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  print(`| ${name} | ms | ${median.toFixed(0)} | ${sorted.map((one) => one.toFixed(0)).join(', ')} |`);
}
