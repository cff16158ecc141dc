import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Kernel, tokenOf } from './support/kernel.ts';
import { eventually } from './support/machine.ts';
import { serverReady, show, type Shown, visitorWithServer } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';
import type { Visitor } from './support/visitor.ts';

const unit = 'tshub-server-ada.service';
let guest: Visitor;
let kernel: Kernel | undefined;
let invocation: string | undefined;

beforeAll(async () => {
  await stopServer('ada');
  guest = await visitorWithServer('ada');
  kernel = await Kernel.open('ada', await tokenOf('ada', 'self'));
  await kernel.run('x = 41');
  invocation = (await machine.show(unit, 'InvocationID'))['InvocationID'];
});
afterAll(() => kernel?.close());

async function hubIsBack(): Promise<void> {
  await eventually('the hub answers', async () => (await guest.fetch('/hub/health')).status === 200);
}

/** The first line of the answer on a connection of its own, or why there is none. */
function healthOver({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve(received.split('\r\n')[0] ?? ''));
    socket.write('GET /_tshub/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  });
}

async function nothingWasTouched(): Promise<void> {
  expect((await machine.show(unit, 'InvocationID'))['InvocationID']).toBe(invocation);
  expect(kernel?.closed).toBe(false);
  expect(await kernel?.run('print(x + 1)')).toBe('42\n');
  expect((await guest.fetch('/hub/home')).status).toBe(200);
  await eventually('the hub knows the server', async () => (await show('ada')).ready);
}

test('a restart of the hub leaves server, route, websocket and login untouched', async () => {
  await machine.run(['systemctl', 'restart', 'tshub']);
  await hubIsBack();
  await nothingWasTouched();
  const adopted = await machine.journal('-u', 'tshub', 'TSHUB_EVENT=server-adopted', 'TSHUB_USER=ada');
  expect(adopted.length).toBeGreaterThan(0);
});

test('so does a hub that is killed', async () => {
  const before = (await machine.show('tshub.service', 'MainPID'))['MainPID'];
  await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'tshub']);
  await eventually('systemd starts it again', async () => {
    const { MainPID, ActiveState } = await machine.show('tshub.service', 'MainPID', 'ActiveState');
    return ActiveState === 'active' && MainPID !== before;
  });
  await hubIsBack();
  await nothingWasTouched();
});

test('while the hub is away, servers are reached and the hub says so honestly', async () => {
  await machine.run(['systemctl', 'stop', 'tshub', 'tshub-hub.socket']);
  try {
    expect(await kernel?.run('print(x)')).toBe('41\n');
    const page = await guest.fetch('/hub/home', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(503);
    expect(await page.text()).toMatch(/<html/);
  } finally {
    await machine.run(['systemctl', 'start', 'tshub']);
  }
  await hubIsBack();
  await nothingWasTouched();
});

test('spawnerd and cullerd may be killed at any time', async () => {
  await machine.run([
    'busctl',
    'get-property',
    'org.tshub.Spawner1',
    '/org/tshub/Spawner1',
    'org.tshub.Spawner1',
    'Version',
  ]);
  await machine.run(['systemctl', 'kill', '--signal=KILL', 'tshub-spawnerd', 'tshub-cullerd']);
  await eventually(
    'cullerd is back',
    async () => (await machine.show('tshub-cullerd.service', 'ActiveState'))['ActiveState'] === 'active',
  );
  await nothingWasTouched();
});

test('a restarted proxy has its routes again by itself', async () => {
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  const answer = await eventually('the server is reached', async () => {
    const one = await guest.fetch('/user/ada/api');
    return one.status === 200 ? one : undefined;
  });
  expect(answer.headers.get('x-jupyterhub-version')).toBeTruthy();
  kernel?.close();
});

test('restarts of the proxy refuse nobody, and everybody gets an answer', async () => {
  let isOver = false;
  const answers: string[] = [];
  const askers = Array.from({ length: 8 }, async () => {
    while (!isOver) answers.push(await healthOver(new URL(machine.url)));
  });
  for (let i = 0; i < 3; i++) await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  isOver = true;
  await Promise.all(askers);
  expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 200 OK']));
});

test('a proxy that was killed while the hub is away has its routes again too', async () => {
  await machine.run(['systemctl', 'stop', 'tshub']);
  await machine.run(['systemctl', 'kill', '--signal=KILL', 'tshub-proxyd']);
  await eventually('the server is reached', async () => (await guest.fetch('/user/ada/api')).status === 200);
  await machine.run(['systemctl', 'start', 'tshub']);
  await hubIsBack();
  await serverReady('ada');
});

test('a server that dies is known at once, with the reason, and its route is gone', async () => {
  await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', unit]);
  await eventually('the hub knows', async () => !(await show('ada')).ready, 10);
  expect((await show('ada')).reason).toMatch(/SIGKILL/);
  expect((await guest.fetch('/user/ada/api', { headers: { accept: 'application/json' } })).status).not.toBe(200);
  const page = await guest.visit('/hub/home');
  expect(page.text).toMatch(/SIGKILL/);
  const { out } = await machine.run(['tshubctl', 'route', 'list', '--json']);
  expect(out).not.toContain('/user/ada/');
  expect((await machine.show(unit, 'LoadState'))['LoadState']).toBe('not-found');
});

test('a server that died while the hub was away is cleaned up when it is back', async () => {
  await guest.visit('/hub/spawn/ada');
  await serverReady('ada');
  await machine.run(['systemctl', 'stop', 'tshub']);
  await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', unit]);
  await machine.run(['systemctl', 'start', 'tshub']);
  await hubIsBack();
  await eventually('the hub knows', async () => !(await show('ada')).ready);
  await guest.visit('/hub/spawn/ada');
  await serverReady('ada');
});

test('the hub still hears of a death after the service manager was executed anew', async () => {
  await machine.run(['systemctl', 'daemon-reexec']);
  await eventually(
    'systemd is back',
    async () => (await machine.run(['systemctl', 'is-system-running'], { fails: true })).out !== '',
  );
  await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', unit]);
  await eventually('the hub still hears of a death', async () => !(await show('ada')).ready, 20);
});

test('a restart of the system bus leaves the server alone, and everything comes back by itself', async () => {
  await guest.visit('/hub/spawn/ada');
  await serverReady('ada');
  const before = (await machine.show(unit, 'InvocationID'))['InvocationID'];
  await machine.run(['systemctl', 'restart', 'dbus']);
  await eventually('tshubctl lists the server', async () => {
    const { out } = await machine.run(['tshubctl', 'server', 'list', '--json']);
    const { servers } = JSON.parse(out) as { servers: Shown[] };
    return servers.some(({ user, ready }) => user === 'ada' && ready);
  });
  await hubIsBack();
  await eventually('the server is reached', async () => (await guest.fetch('/user/ada/api')).status === 200);
  expect((await machine.show(unit, 'InvocationID'))['InvocationID']).toBe(before);
  expect((await guest.fetch('/hub/home')).status).toBe(200);
});
