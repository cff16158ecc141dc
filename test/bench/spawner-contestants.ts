import { join } from 'node:path';
import { bundle, copyAddons } from '../../scripts/bundle.ts';
import { filesBelow } from '../support/files.ts';
import { eventually, Machine } from '../system/support/machine.ts';
import type { Contestant } from './frame.ts';

export const serverCount = 100;
export const users: readonly string[] = Array.from(
  { length: serverCount },
  (_, i) => `student-${String(i).padStart(3, '0')}`,
);

/** What starting all servers at once took. */
export interface Batch {
  /** From the first request until the last server is ready. */
  readonly seconds: number;
  /** CPU for each start: of the hub and of what starts the programs, and of the proxy. */
  readonly hubMs: number;
  readonly proxyMs: number;
}

/** One who starts servers in a booted machine. */
export interface SpawnerContestant extends Contestant {
  batch(): Promise<Batch>;
  /** Milliseconds from when a server that takes seconds to come up listens, until the start is answered; null where nobody answers. */
  notice(): Promise<number | null>;
}

const root = join(import.meta.dirname, '../..');
const folder = '/opt/bench';

/** A Debian with the package, accounts, and the program that everybody starts. */
export async function bootMachine(accounts: readonly string[] = users): Promise<Machine> {
  const deb = filesBelow(join(root, 'dist'), '.deb').map((name) => join(root, 'dist', name))[0];
  if (deb === undefined) throw new Error('no package in dist/: run scripts/build first');
  const machine = await Machine.start('tshub-bench');
  await machine.push(deb, '/root/tshub.deb');
  await machine.run(['apt-get', 'install', '--yes', '--no-install-recommends', '/root/tshub.deb'], {
    environment: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  await machine.sh(`mkdir -p ${folder} /root/bench-peer`);
  await machine.sh(
    `for name in slow ${accounts.join(' ')}; do useradd --create-home --shell /bin/bash --skel /var/empty "$name"; done`,
  );
  await machine.push(join(import.meta.dirname, 'spawner-server.py'), `${folder}/server`);
  await machine.push(join(import.meta.dirname, 'spawner-peer.py'), `${folder}/peer.py`);
  await machine.sh(`chmod 755 ${folder}/server`);
  await machine.write('/etc/tshub/tshub.toml.d/bench.toml', settings);
  await machine.run(['systemctl', 'enable', '--now', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
  return machine;
}

const settings = `
[hub]
concurrent_spawn_limit = ${serverCount}
slow_spawn_timeout = 120

[spawner]
command = ["${folder}/server"]
args = []
mem_limit = "256M"

[culler]
timeout = 86400
`;

export interface Api {
  readonly url: string;
  readonly token: string;
}

export async function api({ url, token }: Api, method: string, path: string, body?: unknown): Promise<number> {
  const answer = await fetch(`${url}/hub/api${path}`, {
    method,
    headers: { Authorization: `token ${token}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return answer.status;
}

/** Starts a server and returns when the hub says that it is ready. */
export async function start(hub: Api, user: string): Promise<void> {
  const status = await api(hub, 'POST', `/users/${user}/server`);
  if (status !== 201) throw new Error(`the start of ${user} answered ${status}: it was not waited for`);
}

async function stop(hub: Api, user: string): Promise<void> {
  await api(hub, 'DELETE', `/users/${user}/server`);
  for (;;) {
    const answer = await fetch(`${hub.url}/hub/api/users/${user}`, {
      headers: { Authorization: `token ${hub.token}` },
    });
    const { servers } = (await answer.json()) as { servers: Record<string, unknown> };
    if (Object.keys(servers).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** CPU of these processes so far, in milliseconds. */
export async function cpuOf(machine: Machine, pids: readonly string[]): Promise<number> {
  const stats = await machine.sh(pids.map((pid) => `cat /proc/${pid}/stat`).join('; '));
  return stats
    .split('\n')
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' '))
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) * 10, 0);
}

interface Processes {
  readonly hub: () => Promise<readonly string[]>;
  readonly proxy: () => Promise<readonly string[]>;
}

function overApi(name: string, machine: Machine, hub: Api, { hub: hubs, proxy }: Processes): SpawnerContestant {
  return {
    name,
    async batch() {
      // One first, so that whoever is started on demand is there.
      await start(hub, 'slow');
      await stop(hub, 'slow');
      const [hubPids, proxyPids] = [await hubs(), await proxy()];
      const before = [await cpuOf(machine, hubPids), await cpuOf(machine, proxyPids)] as const;
      const began = performance.now();
      await Promise.all(users.map((user) => start(hub, user)));
      const seconds = (performance.now() - began) / 1000;
      const after = [await cpuOf(machine, hubPids), await cpuOf(machine, proxyPids)] as const;
      await Promise.all(users.map((user) => stop(hub, user)));
      return { seconds, hubMs: (after[0] - before[0]) / serverCount, proxyMs: (after[1] - before[1]) / serverCount };
    },
    async notice() {
      await start(hub, 'slow');
      const told = Date.now();
      const answer = await fetch(`${hub.url}/user/slow/`);
      const since = Number(answer.headers.get('x-since'));
      await stop(hub, 'slow');
      return told - since;
    },
    stop: () => Promise.resolve(),
  };
}

export const mainPid = async (machine: Machine, unit: string): Promise<string> =>
  (await machine.show(unit, 'MainPID'))['MainPID'] ?? '';

/** The API of the hub in the machine, for an administrator. */
export async function bossOf(machine: Machine): Promise<Api> {
  await machine.run(['tshubctl', 'user', 'create', 'boss', '--admin']);
  const { out } = await machine.run(['tshubctl', 'token', 'create', '--user', 'boss', '--json']);
  const made = JSON.parse(out) as { token: { token: string } };
  return { url: machine.url, token: made.token.token };
}

export async function tshub(machine: Machine): Promise<SpawnerContestant> {
  const hub = await bossOf(machine);
  await api(hub, 'POST', '/users', { usernames: ['slow', ...users] });
  return overApi('tshub', machine, hub, {
    hub: () => Promise.all(['tshub.service', 'tshub-spawnerd.service'].map((unit) => mainPid(machine, unit))),
    proxy: async () => [await mainPid(machine, 'tshub-proxyd.service')],
  });
}

/** Debian's JupyterHub with its simple spawner, whose servers are children of the hub. */
export async function jupyterhub(machine: Machine): Promise<SpawnerContestant> {
  await machine.run([
    'systemd-run',
    '--unit=bench-peer',
    '--working-directory=/root/bench-peer',
    '--setenv=HOME=/root/bench-peer',
    'jupyterhub',
    '-f',
    `${folder}/peer.py`,
  ]);
  const url = `http://${machine.address}:9000`;
  await eventually('the peer answers', async () => (await fetch(`${url}/hub/health`)).ok);
  // A token of the settings costs thousands of rounds of hashing with each request: one that was made costs few.
  const made = await fetch(`${url}/hub/api/users/boss/tokens`, {
    method: 'POST',
    headers: { Authorization: 'token a-token-of-the-bench-that-is-long' },
  });
  const { token } = (await made.json()) as { token: string };
  const hub = { url, token };
  await api(hub, 'POST', '/users', { usernames: ['slow', ...users] });
  const proxyPid = () => machine.sh('pgrep -f configurable-http-proxy');
  return overApi('JupyterHub', machine, hub, {
    hub: async () => [await mainPid(machine, 'bench-peer.service')],
    proxy: async () => (await proxyPid()).split('\n'),
  });
}

/** Nothing but StartTransientUnit in a loop, with the properties that spawnerd gives, and a look until each server answers. */
export async function bareLoop(machine: Machine): Promise<SpawnerContestant> {
  const program = join(root, 'dist/bench/spawner-bare.mjs');
  await bundle({ entry: join(import.meta.dirname, 'spawner-bare.ts'), outfile: program });
  copyAddons(join(root, 'dist/bench/native'));
  await machine.push(program, `${folder}/bare.mjs`);
  await machine.push(join(root, 'dist/bench/native'), `${folder}/native`);
  return {
    name: 'bare loop',
    async batch() {
      const { out } = await machine.run(['node', `${folder}/bare.mjs`, ...users]);
      const { seconds, cpuMs } = JSON.parse(out) as { seconds: number; cpuMs: number };
      return { seconds, hubMs: cpuMs / serverCount, proxyMs: Number.NaN };
    },
    notice: () => Promise.resolve(null),
    stop: () => Promise.resolve(),
  };
}
