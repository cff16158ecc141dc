import { connect, type Socket } from 'node:net';
import { version } from '@tshub/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Kernel, tokenOf } from './support/kernel.ts';
import { eventually } from './support/machine.ts';
import { repacked } from './support/repack.ts';
import { visitorWithServer } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';

/** Answers requests, and gives back what comes over a websocket. */
const echo = `
import { createServer } from 'node:http';
const server = createServer((_req, res) => res.end('ok'));
server.on('upgrade', (_req, socket) => {
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
  socket.pipe(socket);
});
server.listen(7777, '127.0.0.1');
`;
const settings = '/etc/tshub/tshub.toml.d/drain.toml';
const api = ['curl', '--silent', '--show-error', '--fail', '--unix-socket', '/run/tshub-proxy/api.sock'];

/** A websocket whose other end says everything again. */
class Echo {
  received = '';
  isClosed = false;
  readonly socket: Socket;

  constructor() {
    const { hostname, port } = new URL(machine.url);
    this.socket = connect({ host: hostname, port: Number(port) });
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.write('GET /echo/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  }

  hears(text: string): boolean {
    return this.received.endsWith(text);
  }
}

/** Asks all the time, some fifty times a second, each time over a connection of its own or over kept ones. */
class Asker {
  readonly answers: Array<number | string> = [];
  #open = new Set<Promise<void>>();
  #timer = setInterval(() => this.#ask(), 20);
  #turn = 0;

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  #ask(): void {
    const headers = this.#turn++ % 2 === 0 ? { connection: 'close' } : {};
    const asked = fetch(`${machine.url}/echo/`, { headers })
      .then(async (answer) => {
        await answer.text();
        this.answers.push(answer.status);
      })
      .catch((error: unknown) => void this.answers.push(String((error as Error).cause ?? error)))
      .finally(() => this.#open.delete(asked));
    this.#open.add(asked);
  }
}

let echoes: Echo[] = [];
/** Of a JupyterLab, beside the five hundred. */
let kernel: Kernel | undefined;

async function openAll(count: number): Promise<Echo[]> {
  const all = Array.from({ length: count }, () => new Echo());
  await eventually('all websockets are open', async () => all.every(({ received }) => received.includes('101 ')));
  return all;
}

async function allEcho(word: string): Promise<void> {
  for (const { socket } of echoes) socket.write(word);
  await eventually(`all say ${word}`, async () => echoes.every((one) => one.hears(word)));
  expect(echoes.filter(({ isClosed }) => isClosed)).toEqual([]);
}

/** A cell that runs until it is told that what happens has happened, and says something all the while. */
async function whileACellRuns<T>(happens: () => Promise<T>): Promise<T> {
  await machine.run(['rm', '-f', '/home/ada/happened'], { user: 'ada' });
  const cell = kernel?.run(
    'import os, time\nx = globals().get("x", 0) + 1\nprint("began")\n' +
      'while not os.path.exists("happened"): time.sleep(0.1); print(".", end="", flush=True)\nprint("ended", x)',
  );
  const happened = await happens();
  await machine.run(['touch', '/home/ada/happened'], { user: 'ada' });
  expect(await cell).toMatch(/^began\n\.+ended \d+\n$/);
  expect(kernel?.closed).toBe(false);
  return happened;
}

/** What the daemons that run say they are. */
async function versions(): Promise<unknown[]> {
  const { out } = await machine.run(['tshubctl', 'status', '--json']);
  const status = JSON.parse(out) as Record<string, { version?: string } | null>;
  return ['hub', 'proxy', 'culler'].map((part) => status[part]?.version);
}

/** As the hub's account: what is written stays its own. */
async function sql(statement: string): Promise<void> {
  const script = 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit()';
  await machine.run(['python3', '-c', script, '/var/lib/tshub/tshub.sqlite', statement], { user: 'tshub' });
}

/** Nobody who asks meanwhile goes without an answer. */
async function whileAsking<T>(happens: () => Promise<T>): Promise<T> {
  const asker = new Asker();
  const happened = await happens();
  await asker.end();
  expect(asker.answers.length).toBeGreaterThan(0);
  expect(asker.answers.filter((answer) => answer !== 200)).toEqual([]);
  return happened;
}

async function mainPid(unit: string): Promise<number> {
  return Number((await machine.show(unit, 'MainPID'))['MainPID']);
}

async function drainFor(seconds: number): Promise<void> {
  await machine.write(settings, `[proxy]\ndrain_timeout = ${seconds}\n`);
  await machine.run(['systemctl', 'reload', 'tshub-proxyd']);
}

/** Processes of the proxy's unit, the new one and those that it has left behind. */
async function processes(): Promise<number> {
  return Number(await machine.sh('pgrep --count --full "^/usr/bin/node .*/proxyd.mjs"'));
}

beforeAll(async () => {
  await machine.write('/srv/echo.mjs', echo);
  await machine.run(['systemd-run', '--unit=echo', '--property=LimitNOFILE=8192', 'node', '/srv/echo.mjs']);
  await drainFor(3600);
  const posted = ['-X', 'POST', '-d', '{"target":"http://127.0.0.1:7777"}', 'http://proxy/api/routes/echo'];
  await machine.run([...api, ...posted]);
  await eventually('the echo answers', async () => (await fetch(`${machine.url}/echo/`)).ok);
  echoes = await openAll(500);
  await visitorWithServer('ada');
  kernel = await Kernel.open('ada', await tokenOf('ada', 'self'));
});
afterAll(async () => {
  kernel?.close();
  await stopServer('ada');
  for (const { socket } of echoes) socket.destroy();
  await machine.run(['rm', '-f', settings]);
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  for (const name of ['echo', 'other'])
    await machine.run([...api, '-X', 'DELETE', `http://proxy/api/routes/${name}`], { fails: true });
  await machine.run(['systemctl', 'stop', 'echo'], { fails: true });
});

test('a restart of the hub loses not one of five hundred websockets, no request, and no cell that runs', async () => {
  await whileACellRuns(() => whileAsking(() => machine.run(['systemctl', 'restart', 'tshub'])));
  await allEcho('restarted.');
});

test('nor does a hub that is killed', async () => {
  const before = await mainPid('tshub.service');
  const isKilled = async () => {
    await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'tshub']);
    await eventually('systemd starts it again', async () => ![0, before].includes(await mainPid('tshub.service')));
  };
  await whileACellRuns(() => whileAsking(isKilled));
  await allEcho('killed.');
});

test('nor does an upgrade to a newer version, which serves then', async () => {
  const before = await mainPid('tshub-proxyd.service');
  const newer = `${version}+1`;
  const file = await repacked(machine, newer);
  const { out } = await whileACellRuns(() => whileAsking(() => machine.run(['dpkg', '-i', file])));
  expect(out).toContain(`Unpacking tshub (${newer}) over (${version})`);
  await allEcho('upgraded.');
  expect(await mainPid('tshub-proxyd.service')).not.toBe(before);
  expect(await processes()).toBe(2);
  await eventually('all daemons are the new ones', async () => (await versions()).every((one) => one === newer));
});

test('nor does a newer database than the hub can read: it says so and leaves it alone, and what runs goes on', async () => {
  await sql(`insert into knex_migrations (name, batch, migration_time) values ('999-next', 999, 0)`);
  const restarted = () => machine.run(['systemctl', 'restart', 'tshub'], { fails: true });
  const { code } = await whileACellRuns(() => whileAsking(restarted));
  expect(code).not.toBe(0);
  const said = await machine.journal('-u', 'tshub.service', '-n', '20');
  expect(said.map((one) => String(one['MESSAGE'])).join('\n')).toMatch(
    /newer tshub \(it has "999-next"\); install that/,
  );
  expect((await fetch(`${machine.url}/hub/health`)).status).toBe(503);
  await allEcho('without a hub.');
  await sql(`delete from knex_migrations where name = '999-next'`);
  await machine.run(['systemctl', 'start', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
});

test('nor does the version of before, put back', async () => {
  const { err } = await whileACellRuns(() => whileAsking(() => machine.run(['dpkg', '-i', '/root/tshub.deb'])));
  expect(err).toMatch(/downgrading tshub/);
  await allEcho('put back.');
  await eventually('all daemons are those of before', async () => (await versions()).every((one) => one === version));
  kernel?.close();
});

test('a restart of the proxy refuses nobody, and waits for nobody', async () => {
  await whileAsking(() => machine.run(['systemctl', 'restart', 'tshub-proxyd']));
  await allEcho('left behind.');
  const [one] = await openAll(1);
  await eventually('all are told of, those left behind too', async () =>
    /"websockets":\s*501\b/.test(await machine.sh('tshubctl status --json')),
  );
  one?.socket.destroy();
});

test('a route that is removed ends in the old processes too; the others go on', async () => {
  const body = '{"target":"http://127.0.0.1:7777"}';
  await machine.run([...api, '-X', 'POST', '-d', body, 'http://proxy/api/routes/other']);
  await allEcho('other route.');
  await machine.run([...api, '-X', 'DELETE', 'http://proxy/api/routes/echo']);
  await eventually('all have ended', async () => echoes.every(({ isClosed }) => isClosed));
  await eventually('the old processes have gone', async () => (await processes()) === 1);
  await machine.run([...api, '-X', 'POST', '-d', body, 'http://proxy/api/routes/echo']);
});

test('websockets end after the drain time, by themselves, and not before', async () => {
  await drainFor(5);
  echoes = await openAll(500);
  kernel = await Kernel.open('ada', await tokenOf('ada', 'self'));
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await allEcho('five seconds.');
  expect(await kernel.run('print(1)')).toBe('1\n');
  await eventually('all have ended', async () => echoes.every(({ isClosed }) => isClosed));
  await eventually('the old process has gone', async () => (await processes()) === 1);
  // A real server says goodbye properly.
  expect([kernel.closed, kernel.closeCode]).toEqual([true, 1001]);
});

test('a stop is a stop, for those that were left behind too', async () => {
  await drainFor(3600);
  echoes = await openAll(20);
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await allEcho('to be stopped.');
  await machine.run(['systemctl', 'stop', 'tshub-proxyd.socket', 'tshub-proxyd.service']);
  await eventually('all have ended', async () => echoes.every(({ isClosed }) => isClosed));
  // The hub went with its proxy.
  await machine.run(['systemctl', 'start', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
});

test('a proxy that is killed after it left is forgotten, and the unit is well', async () => {
  echoes = await openAll(20);
  const old = await mainPid('tshub-proxyd.service');
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await allEcho('to be killed.');
  await machine.run(['kill', '-KILL', String(old)]);
  await eventually('all have ended', async () => echoes.every(({ isClosed }) => isClosed));
  const { ActiveState, NRestarts } = await machine.show('tshub-proxyd.service', 'ActiveState', 'NRestarts');
  expect([ActiveState, NRestarts]).toEqual(['active', '0']);
});
