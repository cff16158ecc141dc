import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually, Machine } from './support/machine.ts';
import { noteSecret } from './support/secrets.ts';
import { Visitor } from './support/visitor.ts';
import { install } from './setup.ts';

const deb = inject('deb');
const password = `pw-${randomBytes(9).toString('base64url')}`;
noteSecret(password);

async function addUser(machine: Machine): Promise<void> {
  await machine.sh('id ada >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ada');
  await machine.run(['chpasswd'], { input: `ada:${password}` });
}

/** Somebody can log in and gets a server: the hub that answers is tshub, and it works. */
async function works(machine: Machine): Promise<void> {
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
  const guest = new Visitor(machine.url);
  const answer = await guest.logIn('ada', password);
  expect(answer.status).toBe(302);
  await guest.visit('/hub/spawn/ada');
  await eventually('the server is ready', async () => (await guest.fetch('/user/ada/api')).status === 200, 120);
  expect((await machine.show('tshub-server-ada.service', 'ActiveState'))['ActiveState']).toBe('active');
  expect((await machine.show('jupyterhub.service', 'ActiveState'))['ActiveState']).not.toBe('active');
}

// Each machine's story is told in order; these machines are changed beyond repair.
describe("with Debian's jupyterhub there first and running", () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start('tshub-package');
    await addUser(machine);
  });
  afterAll(async () => machine.stop());

  test('installing says what to do next, and starts nothing', async () => {
    await machine.run(['systemctl', 'enable', '--now', 'jupyterhub'], { fails: true });
    const said = await install(machine, deb);
    expect(said).toContain('systemctl enable --now tshub');
    expect((await machine.show('tshub.service', 'ActiveState'))['ActiveState']).toBe('inactive');
  });

  test('enabling tshub stops the other hub with a clear sentence, and works', async () => {
    await machine.run(['systemctl', 'enable', '--now', 'tshub']);
    await works(machine);
    const said = (await machine.journal('-u', 'tshub-proxyd.socket')).map((one) => String(one['MESSAGE'])).join('\n');
    expect(said).toMatch(/jupyterhub\.service/);
  });

  test('starting the other hub afterwards leaves it off, with a sentence', async () => {
    await machine.run(['systemctl', 'start', 'jupyterhub'], { fails: true });
    await works(machine);
    const said = (await machine.journal('-u', 'jupyterhub')).map((one) => String(one['MESSAGE'])).join('\n');
    expect(said).toMatch(/tshub/);
  });

  test('after a reboot it is tshub that answers, and a login from before still holds', async () => {
    const guest = new Visitor(machine.url);
    await guest.logIn('ada', password);
    await machine.reboot();
    await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok, 120);
    expect((await guest.fetch('/hub/home')).status).toBe(200);
    const home = await (await guest.fetch('/hub/home')).text();
    expect(home).toContain('id="start"');
    await works(machine);
  });

  test('an upgrade in use leaves the user server untouched', async () => {
    const before = (await machine.show('tshub-server-ada.service', 'InvocationID'))['InvocationID'];
    await machine.run(['dpkg', '--install', '/root/tshub.deb']);
    await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
    expect((await machine.show('tshub-server-ada.service', 'InvocationID'))['InvocationID']).toBe(before);
    expect(await machine.sh('tshubctl server list --json')).toContain('"ada"');
  });

  test('removing stops the daemons and keeps settings and data', async () => {
    await machine.run(['apt-get', 'remove', '--yes', 'tshub']);
    expect(await machine.sh("systemctl list-units --plain --no-legend 'tshub*.service' 'tshub*.socket' || true")).toBe(
      '',
    );
    expect(await machine.sh('ls /var/lib/tshub')).toContain('tshub.sqlite');
  });

  test('installing again goes on where it stopped', async () => {
    await install(machine, deb);
    await machine.run(['systemctl', 'enable', '--now', 'tshub']);
    await works(machine);
  });

  test('purging leaves nothing but homes', async () => {
    await machine.run(['apt-get', 'purge', '--yes', 'tshub']);
    const rest = await machine.sh(
      "find / -xdev \\( -path /proc -o -path /sys -o -path /root -o -path /home -o -path /var/log \\) -prune -o -name '*tshub*' -print 2>/dev/null",
    );
    expect(
      rest.split('\n').filter((path) => path !== '' && !/^\/var\/lib\/(systemd\/deb-systemd|dpkg)/.test(path)),
    ).toEqual([]);
    expect(await machine.sh('ls /home')).toContain('ada');
    expect(await machine.sh("systemctl list-units --all --plain --no-legend 'tshub-server*' || true")).toBe('');
  });
});

describe('with tshub there first', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start('tshub-package-2');
    await machine.run(['apt-get', 'purge', '--yes', 'jupyterhub'], { fails: true });
    await addUser(machine);
    await install(machine, deb);
  });
  afterAll(async () => machine.stop());

  test('a port that is taken is named with who holds it', async () => {
    await machine.run(['systemd-run', '--unit=other-program', 'python3', '-m', 'http.server', '8000']);
    await eventually('the port is taken', async () => (await machine.sh('ss -Hltn sport = :8000')) !== '');
    const started = await machine.run(['systemctl', 'enable', '--now', 'tshub'], { fails: true });
    expect(started.code).not.toBe(0);
    const said = (await machine.journal('-u', 'tshub-proxyd.socket')).map((one) => String(one['MESSAGE'])).join('\n');
    expect(said).toMatch(/8000.*python3.*other-program\.service/);
    const status = await machine.run(['tshubctl', 'status'], { fails: true });
    expect(status.out + status.err).toMatch(/tshub-proxyd\.socket/);
    await machine.run(['systemctl', 'stop', 'other-program']);
  });

  test('a host without jupyterhub-singleuser says so on the page', async () => {
    await machine.run(['systemctl', 'reset-failed']);
    await machine.run(['systemctl', 'enable', '--now', 'tshub']);
    await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
    const guest = new Visitor(machine.url);
    expect((await guest.logIn('ada', password)).status).toBe(302);
    await guest.visit('/hub/spawn/ada');
    await eventually('the page tells', async () =>
      (await guest.visit('/hub/spawn-pending/ada')).text.includes('jupyterhub-singleuser'),
    );
  });

  test("Debian's jupyterhub installed afterwards stays off, and tshub works with what it brought", async () => {
    await machine.run(['bash', '-c', 'dpkg --install /root/debs/jupyterhub_*.deb'], {
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    await works(machine);
    await machine.reboot();
    await works(machine);
  });
});
