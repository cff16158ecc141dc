import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { serverReady } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';
import { inside, installWeb, web, withoutSettings, withSettings } from './support/settings.ts';
import { Visitor } from './support/visitor.ts';

const password = 'dummy-password-for-tests';
const anybody = `[login]\nauthenticator = "dummy"\ndummy_is_for_tests_only = true\ndummy_password = "${password}"\n`;
const spawner = (lines: string): string => `${anybody}[spawner]\ncommand = ["${web}", "unix:{socket}"]\n${lines}\n`;

beforeAll(async () => {
  await stopServer('ada');
  await installWeb();
});
afterAll(async () => {
  await withoutSettings();
});

async function begin(user: string): Promise<{ guest: Visitor; path: string; text: string }> {
  const guest = new Visitor(machine.url);
  expect((await guest.logIn(user, password)).status).toBe(302);
  const { path, text } = await guest.visit(`/hub/spawn/${user}`);
  return { guest, path, text };
}

test('whoever has no account gets one, if root says so, with a home and its groups', async () => {
  await withSettings(spawner('create_accounts = true\nnew_account_groups = ["video"]'));
  const { guest } = await begin('fresh');
  await serverReady('fresh');
  const uid = await machine.sh('id -u fresh');
  expect(await (await guest.fetch('/user/fresh/x')).text()).toContain(`by ${uid}`);
  expect(await machine.sh('id -nG fresh')).toBe('fresh video');
  expect(await machine.sh('stat -c "%U %a" /home/fresh')).toBe('fresh 700');
  expect(await machine.sh('passwd --status fresh')).toMatch(/^fresh L /);
  expect((await machine.journal('TSHUB_EVENT=account-made', 'TSHUB_USER=fresh')).length).toBeGreaterThan(0);
  await stopServer('fresh');
  await machine.sh('userdel --remove fresh 2>/dev/null');
});

test('whose account goes is out, with login and tokens', async () => {
  await withSettings('[login]\nauth_refresh_age = 1\n');
  await machine.sh('useradd --create-home --shell /bin/bash leaver && echo leaver:leaver-password | chpasswd');
  const visitor = new Visitor(machine.url);
  expect((await visitor.logIn('leaver', 'leaver-password')).status).toBe(302);
  const token = await machine.sh('tshubctl token create --user leaver --json | jq -r .token.token');
  const headers = { Authorization: `token ${token}` };
  const api = () => fetch(`${machine.url}/hub/api/user`, { headers }).then(({ status }) => status);
  expect(await api()).toBe(200);
  await machine.sh('userdel --remove leaver 2>/dev/null');
  await eventually('the token is no good', async () => (await api()) === 403);
  expect((await visitor.visit('/hub/home')).path).toMatch(/^\/hub\/login/);
  await machine.sh('tshubctl user delete leaver');
});

test('a user of the hub is another account of the host where username_template says so, and nobody else is', async () => {
  await withSettings(spawner('username_template = "hub-{USERNAME}"'));
  await machine.sh('useradd --create-home --shell /bin/bash hub-tess');
  const { guest } = await begin('tess');
  await serverReady('tess');
  const uid = await machine.sh('id -u hub-tess');
  expect(await (await guest.fetch('/user/tess/x')).text()).toBe(`/user/tess/x by ${uid}\n`);
  expect(await machine.show('tshub-server-tess.service', 'User', 'WorkingDirectory')).toEqual({
    User: 'hub-tess',
    WorkingDirectory: '/home/hub-tess',
  });
  // ada has an account, which is not that of the hub's user ada.
  expect((await begin('ada')).text).toContain('hub-ada');
  await stopServer('tess');
  await machine.sh('userdel --remove hub-tess 2>/dev/null');
});

test('no account is made for a name that is more than a name, and none where root does not say so', async () => {
  const before = await machine.sh('cat /etc/passwd');
  await begin('new.user');
  await withSettings(spawner(''));
  await begin('fresh');
  expect(await machine.sh('cat /etc/passwd')).toBe(before);
});

test('the state of a dynamic user cannot be steered onto a folder of the system, and lasts', async () => {
  await withSettings(spawner('dynamic_users = true'));
  // systemd would move a folder of root's of this name, and give it to the user.
  await machine.sh(
    'mkdir -p /var/lib/treasure && echo gold > /var/lib/treasure/chest && chmod -R go= /var/lib/treasure',
  );
  await begin('treasure');
  await serverReady('treasure');
  const shown = await machine.show('tshub-server-treasure.service', 'StateDirectory', 'UID');
  expect(shown['StateDirectory']).toMatch(/^tshub-dynamic\/[0-9a-f]{16}/);
  expect(await machine.sh('stat -c "%u %a" /var/lib/treasure/chest')).toBe('0 600');
  const home = await machine.sh(
    `tr '\\0' '\\n' < /proc/$(systemctl show -P MainPID tshub-server-treasure)/environ | sed -n s/^HOME=//p`,
  );
  await machine.sh(`echo mine > ${home}/note`);
  await stopServer('treasure');
  await begin('treasure');
  await serverReady('treasure');
  expect(await machine.sh(`cat ${home}/note`)).toBe('mine');
  await stopServer('treasure');
  await machine.sh('rm -rf /var/lib/treasure');
});

test('a PAM session sets limits and makes the home, and the server stays in its unit', async () => {
  await withSettings(spawner('isolate_homes = true'));
  await machine.sh(`useradd --no-create-home --shell /bin/bash homeless
    echo 'homeless hard nofile 4321' > /etc/security/limits.d/tshub-test.conf`);
  await begin('homeless');
  await serverReady('homeless');
  const { MainPID, ControlGroup } = await machine.show('tshub-server-homeless.service', 'MainPID', 'ControlGroup');
  expect(await machine.sh(`grep 'open files' /proc/${MainPID}/limits`)).toMatch(/ 4321 +files$/);
  expect(await machine.sh(`cat /proc/${MainPID}/cgroup`)).toContain(`${ControlGroup}\n`.trim());
  expect(ControlGroup).toMatch(/^\/tshub\.slice\/.*tshub-server-homeless\.service$/);
  expect(await machine.sh('stat -c "%U %a" /home/homeless')).toBe('homeless 700');
  expect(await machine.sh('loginctl list-sessions --no-legend | grep -c homeless', { fails: true })).toBe('0');
  await stopServer('homeless');
  await machine.sh('userdel --remove homeless 2>/dev/null; rm /etc/security/limits.d/tshub-test.conf');
});

test('a guest has an account, a home and a shell while their server runs, and nothing afterwards', async () => {
  await withSettings(spawner('guest_users = true'));
  const { guest } = await begin('passerby');
  await serverReady('passerby');
  const [, , uid = '', , , home = '', shell = ''] = (await machine.sh('getent passwd guest-passerby')).split(':');
  expect(Number(uid)).toBeGreaterThanOrEqual(60_600);
  expect(Number(uid)).toBeLessThanOrEqual(61_183);
  expect(home).toMatch(/^\/var\/lib\/tshub-guests\/[0-9a-f]{16}$/);
  expect(shell).toBe('/bin/bash');
  expect(await (await guest.fetch('/user/passerby/x')).text()).toContain(`by ${uid}`);
  const unit = 'tshub-server-passerby.service';
  const as = (script: string) => inside('passerby', script);
  expect((await as(`whoami; id -gn; touch ${home}/mine && stat -c "%U %a" ${home}`)).out).toBe(
    'guest-passerby\nguest-passerby\nguest-passerby 700',
  );
  for (const path of ['/var/tmp/x', '/tmp/x', '/dev/shm/x']) await as(`echo left > ${path}`);
  expect((await as('touch /srv/x || touch /etc/x || touch /var/lib/x')).code).not.toBe(0);
  // The account is nobody's to log in with, and nobody's on the bus.
  expect(await machine.sh('getent shadow guest-passerby | cut -d: -f2', { fails: true })).toMatch(/^$|^!/);
  const asked = await machine.run(['tshubctl', 'server', 'start', 'guest-passerby'], {
    user: 'guest-passerby',
    fails: true,
  });
  expect(asked.code).toBe(4);
  await stopServer('passerby');
  await nothingOfGuests();
  expect(await machine.sh('getent passwd guest-passerby', { fails: true })).toBe('');
  expect(await machine.sh(`find /tmp /var/tmp /dev/shm -uid ${uid} -o -name x`)).toBe('');
  expect((await machine.show(unit, 'LoadState'))['LoadState']).toBe('not-found');
});

test('a guest whose server dies leaves as little', async () => {
  await begin('passerby');
  await serverReady('passerby');
  await machine.run(['systemctl', 'kill', '--signal=KILL', 'tshub-server-passerby.service']);
  await nothingOfGuests();
  await begin('passerby');
  await serverReady('passerby');
  await stopServer('passerby');
});

/** PID 1 takes a guest's records and home away just after the server has ended. */
async function nothingOfGuests(): Promise<void> {
  const rest =
    'ls -A /run/userdb /var/lib/tshub-guests; systemctl list-units --all --plain --no-legend "tshub-guest-*"';
  await eventually('nothing of guests is left', async () => {
    return (await machine.sh(rest)) === '/run/userdb:\n\n/var/lib/tshub-guests:';
  });
}
