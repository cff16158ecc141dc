import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { machine } from './support/suite.ts';

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

/** Nobody who asks meanwhile goes without an answer. */
async function whileAsking(happens: () => Promise<unknown>): Promise<void> {
  const asker = new Asker();
  await happens();
  await asker.end();
  expect(asker.answers.length).toBeGreaterThan(0);
  expect(asker.answers.filter((answer) => answer !== 200)).toEqual([]);
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
});
afterAll(async () => {
  for (const { socket } of echoes) socket.destroy();
  await machine.run(['rm', '-f', settings]);
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  for (const name of ['echo', 'other'])
    await machine.run([...api, '-X', 'DELETE', `http://proxy/api/routes/${name}`], { fails: true });
  await machine.run(['systemctl', 'stop', 'echo'], { fails: true });
});

test('a restart of the hub loses not one of five hundred websockets and no request', async () => {
  await whileAsking(() => machine.run(['systemctl', 'restart', 'tshub']));
  await allEcho('restarted.');
});

test('nor does a hub that is killed', async () => {
  const before = await mainPid('tshub.service');
  await whileAsking(async () => {
    await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'tshub']);
    await eventually('systemd starts it again', async () => ![0, before].includes(await mainPid('tshub.service')));
  });
  await allEcho('killed.');
});

test('nor does an upgrade of the package, after which the new proxy serves', async () => {
  const before = await mainPid('tshub-proxyd.service');
  await whileAsking(() => machine.run(['dpkg', '-i', '/root/tshub.deb']));
  await allEcho('upgraded.');
  expect(await mainPid('tshub-proxyd.service')).not.toBe(before);
  expect(await processes()).toBe(2);
});

test('a restart of the proxy refuses nobody, and waits for nobody', async () => {
  await whileAsking(() => machine.run(['systemctl', 'restart', 'tshub-proxyd']));
  await allEcho('left behind.');
  const [one] = await openAll(1);
  const { out } = await machine.run(['tshubctl', 'status', '--json']);
  expect(out).toMatch(/"websockets":\s*501\b/);
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
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await allEcho('five seconds.');
  await eventually('all have ended', async () => echoes.every(({ isClosed }) => isClosed));
  await eventually('the old process has gone', async () => (await processes()) === 1);
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
