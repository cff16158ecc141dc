import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { serverReady, show, visitorWithServer } from './support/server.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';
import type { Visitor } from './support/visitor.ts';

// The whole disk of the hub, small enough to be filled to its last block in no time.
const folder = '/var/lib/tshub';
const made: string[] = [];
let guest: Visitor;
let invocation: string | undefined;

beforeAll(async () => {
  await stopServer('ada');
  guest = await visitorWithServer('ada');
  invocation = (await machine.show('tshub-server-ada.service', 'InvocationID'))['InvocationID'];
  await machine.sh(`
    set -e
    systemctl stop tshub
    cp -a ${folder} /run/tshub-kept
    size=$(du -sk ${folder} | cut -f1)
    mount -t tmpfs -o size=$((size + 2048))k,mode=0700,uid=$(id -u tshub),gid=$(id -g tshub) tmpfs ${folder}
    cp -a /run/tshub-kept/. ${folder}/
    systemctl start tshub`);
  await serverReady('ada');
  await machine.sh(`dd if=/dev/zero of=${folder}/fill bs=4k 2>/dev/null || true`);
});
afterAll(async () => {
  await machine.sh(`systemctl stop tshub; umount ${folder}; rm -r /run/tshub-kept; systemctl start tshub`);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
  await stopServer('ada');
});

async function create(name: string): Promise<{ code: number; err: string }> {
  const outcome = await machine.run(['tshubctl', 'user', 'create', name], { fails: true });
  if (outcome.code === 0) made.push(name);
  return outcome;
}

async function users(): Promise<string[]> {
  const { out } = await machine.run(['tshubctl', 'user', 'list', '--json']);
  return (JSON.parse(out) as { users: Array<{ name: string }> }).users.map(({ name }) => name);
}

async function serverIsUntouched(): Promise<void> {
  expect((await machine.show('tshub-server-ada.service', 'InvocationID'))['InvocationID']).toBe(invocation);
  expect((await guest.fetch('/user/ada/api')).status).toBe(200);
}

test('who changes something is told that the disk is full, and who looks sees', async () => {
  // What SQLite has set aside may take some more.
  const refusal = await eventually('the disk is full', async () => {
    const { code, err } = await create(`full-${made.length}`);
    return code === 0 ? undefined : err;
  });
  expect(refusal).toContain(`The disk of the hub is full: ${folder}`);
  expect(await users()).toEqual(expect.arrayContaining(['ada', ...made]));
  const page = await guest.fetch('/hub/home');
  expect(page.status).toBe(200);
  await serverIsUntouched();
});

test('a login says so on its page', async () => {
  const answer = await visitor().logIn('bob', passwords.bob);
  expect(answer.status).toBe(507);
  expect(await answer.text()).toContain('The disk of the hub is full');
});

test('the doctor names the place', async () => {
  const { out } = await machine.run(['tshubctl', 'doctor'], { fails: true });
  expect(out).toMatch(new RegExp(`fail +disk +only .* left for ${folder}`));
});

test('a hub that is killed cannot start, says why, and servers go on', async () => {
  await machine.run(['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'tshub']);
  await eventually('its status says why', async () =>
    ((await machine.show('tshub.service', 'StatusText'))['StatusText'] ?? '').startsWith('The disk of the hub is full'),
  );
  await serverIsUntouched();
});

test('with room again it comes back by itself, and has lost nothing that it had acknowledged', async () => {
  await machine.sh(`rm ${folder}/fill`);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
  expect(await users()).toEqual(expect.arrayContaining(['ada', ...made]));
  await eventually('the hub knows the server', async () => (await show('ada')).ready);
  await serverIsUntouched();
  expect((await create('room-again')).code).toBe(0);
  expect((await guest.fetch('/hub/home')).status).toBe(200);
});
