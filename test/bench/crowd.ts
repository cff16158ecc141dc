import { connect, type Socket } from 'node:net';
import { eventually, type Machine } from '../system/support/machine.ts';
import type { Bench } from './frame.ts';
import { type Api, api, bootMachine, bossOf, cpuOf, mainPid, start } from './spawner-contestants.ts';

const known = 10_000;
const running = 500;
const sockets = 2000;
const owners: readonly string[] = Array.from({ length: running }, (_, i) => `person-${String(i).padStart(3, '0')}`);
const quietSeconds = 60;

const daemons = [
  ['hubd', 'tshub.service'],
  ['proxyd', 'tshub-proxyd.service'],
  ['spawnerd', 'tshub-spawnerd.service'],
  ['cullerd', 'tshub-cullerd.service'],
] as const;

/** What each daemon has: one figure each, in the order of `daemons`. */
type Each = (unit: string) => Promise<number>;

const memory =
  (machine: Machine): Each =>
  async (unit) => {
    const pid = await mainPid(machine, unit);
    // spawnerd leaves when nobody has asked it anything for a while.
    if (pid === '0') return 0;
    return Number(await machine.sh(`awk '/^VmRSS/ { print $2 }' /proc/${pid}/status`)) / 1024;
  };

const cpu =
  (machine: Machine): Each =>
  async (unit) => {
    const pid = await mainPid(machine, unit);
    return pid === '0' ? 0 : cpuOf(machine, [pid]);
  };

/** One after the other: a daemon that is asked for its figure costs something as well. */
async function ask(each: Each): Promise<number[]> {
  const figures: number[] = [];
  for (const [, unit] of daemons) figures.push(await each(unit));
  return figures;
}

export const crowd: Bench = {
  name: 'crowd',
  says: `the whole house with ${known} users, ${running} servers and ${sockets} websockets: what each daemon holds and spends`,
  async run({ print }) {
    const machine = await bootMachine(owners);
    const row = (name: string, unit: string, figures: readonly number[]): void =>
      print(
        `| ${name} | ${unit} | ${figures.map((figure) => (figure < 10 ? figure.toFixed(1) : figure.toFixed(0))).join(' | ')} |`,
      );
    try {
      const hub = await bossOf(machine);
      print(`| | unit | ${daemons.map(([name]) => name).join(' | ')} |`);
      print(`| --- | --- |${' --- |'.repeat(daemons.length)}`);
      row('nobody there', 'MiB', await ask(memory(machine)));
      await createUsers(hub);
      row(`${known} users`, 'MiB', await ask(memory(machine)));
      await startAll(hub);
      row(`… ${running} servers`, 'MiB', await ask(memory(machine)));
      const open = await openSockets(machine);
      row(`… ${sockets} websockets`, 'MiB', await ask(memory(machine)));
      row('… and nothing happens', 'ms of CPU a minute', await spent(machine));
      const talk = setInterval(() => open.forEach((socket) => socket.write('x'.repeat(100))), 10_000);
      row('… a message of each every 10 s', 'ms of CPU a minute', await spent(machine));
      clearInterval(talk);
      const cut = open.filter(({ destroyed }) => destroyed).length;
      const back = await restart(machine, hub);
      print(
        `\n${cut} websockets were cut by themselves, ${open.filter(({ destroyed }) => destroyed).length} after a restart of the hub,`,
      );
      print(
        `which answered after ${back.health.toFixed(1)} s and knew its ${running} servers to be ready after ${back.ready.toFixed(1)} s.`,
      );
      open.forEach((socket) => socket.destroy());
    } finally {
      if (process.env['TSHUB_KEEP_MACHINE'] === undefined) await machine.stop();
    }
  },
};

async function createUsers(hub: Api): Promise<void> {
  const others = Array.from({ length: known - running }, (_, i) => `other-${i}`);
  const all = [...owners, ...others];
  for (let i = 0; i < all.length; i += 500) await api(hub, 'POST', '/users', { usernames: all.slice(i, i + 500) });
}

/** Some at a time: what a rush costs is the bench of the spawner. */
async function startAll(hub: Api): Promise<void> {
  const left = [...owners];
  const work = async (): Promise<void> => {
    for (let owner = left.pop(); owner !== undefined; owner = left.pop()) await start(hub, owner);
  };
  await Promise.all(Array.from({ length: 10 }, work));
}

async function openSockets({ address }: Machine): Promise<Socket[]> {
  const open: Socket[] = [];
  for (let i = 0; i < sockets; i++) open.push(await websocket(address, owners[i % running] ?? ''));
  return open;
}

function websocket(host: string, owner: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 8000, noDelay: true });
    socket.on('error', reject);
    socket.once('data', (chunk: Buffer) => {
      const [line = ''] = chunk.toString('latin1').split('\r\n');
      if (!line.startsWith('HTTP/1.1 101')) return reject(new Error(line));
      socket.resume();
      resolve(socket);
    });
    socket.write(
      `GET /user/${owner}/ws HTTP/1.1\r\nHost: hub.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  });
}

async function spent(machine: Machine): Promise<number[]> {
  const before = await ask(cpu(machine));
  await new Promise((resolve) => setTimeout(resolve, quietSeconds * 1000));
  const after = await ask(cpu(machine));
  return after.map((figure, i) => (Math.max(0, figure - (before[i] ?? 0)) * 60) / quietSeconds);
}

/** Seconds until a restarted hub answers, and until it lists all servers as ready. */
async function restart(machine: Machine, hub: Api): Promise<{ health: number; ready: number }> {
  const began = performance.now();
  const since = (): number => (performance.now() - began) / 1000;
  await machine.run(['systemctl', 'restart', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${hub.url}/hub/health`)).ok);
  const health = since();
  const headers = { Authorization: `token ${hub.token}`, Accept: 'application/jupyterhub-pagination+json' };
  await eventually('the servers are ready', async () => {
    const answer = await fetch(`${hub.url}/hub/api/users?state=ready&limit=1`, { headers });
    const { _pagination } = (await answer.json()) as { _pagination: { total: number } };
    return _pagination.total === running;
  });
  return { health, ready: since() };
}
