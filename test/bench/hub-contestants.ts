import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, copyAddons } from '../../scripts/bundle.ts';
import type { Contestant } from './frame.ts';
import { freePort, Measured } from './processes.ts';

const root = join(import.meta.dirname, '../..');
export const userCount = 10_000;
export const serverCount = 500;

/** A hub with 10,000 users. Ours has 500 servers that run as well; the peer would find them dead. */
export interface HubContestant extends Contestant {
  readonly port: number;
  /** Where browsers are spoken for: a path, or the port again. */
  readonly front: { readonly socketPath: string } | { readonly port: number };
  /** Of an administrator. */
  readonly token: string;
  /** The hub alone, without its proxy. */
  cpu(): number;
  memory(): number;
  /** From the start of the process to its first healthy answer, in seconds; it is started anew. */
  restart(): Promise<number>;
}

/** hubd bundled as it is shipped. */
export async function tshub(): Promise<HubContestant> {
  const folder = mkdtempSync(join(tmpdir(), 'tshub-bench-'));
  const program = join(root, 'dist/bench/hub-alone.mjs');
  await bundle({ entry: join(import.meta.dirname, 'hub-alone.ts'), outfile: program });
  copyAddons(join(root, 'dist/bench/native'));
  cpSync(join(root, 'packages/hubd/src/pages/static'), join(root, 'dist/bench/static'), { recursive: true });
  const file = join(folder, 'tshub.sqlite');
  const token = execFileSync(process.execPath, [program, file, '0', String(userCount), String(serverCount)], {
    encoding: 'utf8',
  }).trim();
  const port = await freePort();
  const env = { NODE_ENV: 'production' };
  const start = (): Measured => new Measured(process.execPath, [program, file, String(port)], env);
  return running({ name: 'tshub', port, front: { socketPath: `${file}.socket` }, token }, start, folder);
}

/** What of a token's check is Node's and the kernel's: nothing but an answer. */
export async function bare(): Promise<HubContestant> {
  const program = join(root, 'dist/bench/hub-bare.mjs');
  await bundle({ entry: join(import.meta.dirname, 'hub-bare.ts'), outfile: program });
  const port = await freePort();
  const start = (): Measured => new Measured(process.execPath, [program, String(port)], { NODE_ENV: 'production' });
  const folder = mkdtempSync(join(tmpdir(), 'tshub-bench-'));
  return running({ name: 'bare node:http', port, front: { port }, token: 'any' }, start, folder);
}

/** Debian's JupyterHub in the folder of an image (scripts/bench makes it): TSHUB_BENCH_ROOT. */
export async function jupyterhub(image: string): Promise<HubContestant> {
  const port = await freePort();
  mkdirSync(join(image, 'bench'), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'hub-peer.py'), join(image, 'bench/hub-peer.py'));
  const env = {
    BENCH_PORT: String(port),
    BENCH_FOLDER: '/bench',
    HOME: '/bench',
    PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  };
  const start = (): Measured => new Measured('chroot', [image, '/usr/bin/jupyterhub', '-f', '/bench/hub-peer.py'], env);
  // The first start makes the database; the second finds the users there.
  await start()
    .listens(port)
    .then((first) => first.stop());
  execFileSync('chroot', [image, '/usr/bin/python3', '/bench/hub-peer.py', String(userCount)], { env });
  const hub = await running({ name: 'JupyterHub', port, front: { port }, token: '' }, start, join(image, 'bench'));
  // A token of the settings costs thousands of rounds of hashing with each request: one that was made costs few.
  const made = await fetch(`http://127.0.0.1:${port}/hub/api/users/boss/tokens`, {
    method: 'POST',
    headers: { Authorization: 'token a-token-of-the-bench-that-is-long' },
  });
  const { token } = (await made.json()) as { token: string };
  return Object.assign(hub, { token });
}

async function running(
  hub: Pick<HubContestant, 'front' | 'name' | 'port' | 'token'>,
  start: () => Measured,
  folder: string,
): Promise<HubContestant> {
  const { port } = hub;
  let process = start();
  await healthy(port, process);
  return {
    ...hub,
    cpu: () => process.ownCpu(),
    memory: () => process.ownMemory(),
    async restart() {
      await process.stop();
      const began = performance.now();
      process = start();
      await healthy(port, process);
      return (performance.now() - began) / 1000;
    },
    async stop() {
      await process.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function healthy(port: number, process: Measured): Promise<void> {
  for (;;) {
    process.check();
    const answer = await fetch(`http://127.0.0.1:${port}/hub/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
