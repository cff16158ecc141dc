import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machine, stopServer } from './support/suite.ts';
import { inside, installWeb, web, withoutSettings, withSettings } from './support/settings.ts';

const unit = 'tshub-server-ada.service';
const folderOf = (user: string): string =>
  `/run/tshub-servers/${createHash('sha256').update(`${user}\0`).digest('hex').slice(0, 16)}`;

beforeAll(async () => {
  await Promise.all([stopServer('ada'), stopServer('bob')]);
  await installWeb();
  await machine.sh(`echo of-the-host > /tmp/of-the-host; chmod 644 /tmp/of-the-host
    chmod 755 /home/bob; echo bobs > /home/bob/readable; chmod 644 /home/bob/readable
    cp /usr/bin/id /opt/tshub-test/setuid-id; chmod 4755 /opt/tshub-test/setuid-id
    echo 'ada ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/of-this-test`);
  const lines = ['isolate_homes = true', 'isolate_devices = true', 'readonly_paths = ["/opt"]'].join('\n');
  await withSettings(`[spawner]\ncommand = ["${web}", "unix:{socket}"]\n${lines}\n`);
  await machine.run(['tshubctl', 'server', 'start', 'ada']);
  await machine.run(['tshubctl', 'server', 'start', 'bob']);
});
afterAll(async () => {
  await Promise.all([stopServer('ada'), stopServer('bob')]);
  await machine.sh('rm -f /etc/sudoers.d/of-this-test /tmp/of-the-host; chmod 700 /home/bob');
  await withoutSettings();
});

test('/tmp is its own, and goes with the server', async () => {
  expect((await inside('ada', 'cat /tmp/of-the-host')).code).not.toBe(0);
  expect((await inside('ada', 'echo x > /tmp/of-ada')).code).toBe(0);
  expect(await machine.sh('ls /tmp/of-ada', { fails: true })).toBe('');
});

test('homes of others are not there, even those that everybody may read', async () => {
  expect(await machine.sh('cat /home/bob/readable', { user: 'ada' })).toBe('bobs');
  expect((await inside('ada', 'ls -A /home')).out).toBe('ada');
  expect((await inside('ada', 'cat /home/bob/readable')).code).not.toBe(0);
});

test('what is read-only stays so', async () => {
  expect((await inside('ada', 'touch /opt/tshub-test/x')).code).not.toBe(0);
});

test('devices are gone', async () => {
  const devices = (await inside('ada', 'find /dev -type b -o -type c -not -path "/dev/pts/*"')).out.split('\n');
  expect(devices.filter((path) => !/^\/dev\/(full|null|ptmx|random|tty|urandom|zero)$/.test(path))).toEqual([]);
});

test('sudo and setuid programs give nothing', async () => {
  expect(await machine.sh('sudo -n id -u', { user: 'ada' })).toBe('0');
  expect((await inside('ada', 'sudo -n id -u')).code).not.toBe(0);
  expect(await machine.sh('/opt/tshub-test/setuid-id -u', { user: 'ada' })).toBe('0');
  expect((await inside('ada', '/opt/tshub-test/setuid-id -u')).out).toBe(await machine.sh('id -u ada'));
  const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
  const status = await machine.sh(`cat /proc/${pid}/status`);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^CapEff:\t0000000000000000$/m);
});

test("a neighbour's socket cannot be reached, replaced, or listed", async () => {
  const theirs = `${folderOf('bob')}/sock`;
  const connect = `python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("${theirs}")'`;
  expect((await inside('ada', connect)).out).toContain('Permission denied');
  expect((await inside('ada', `rm -f ${theirs}`)).code).not.toBe(0);
  expect((await inside('ada', `ln -sf ${folderOf('ada')}/sock ${theirs}`)).code).not.toBe(0);
  expect((await inside('ada', `mv ${folderOf('bob')} ${folderOf('bob')}.old`)).code).not.toBe(0);
  expect((await inside('ada', `mv ${folderOf('ada')} ${folderOf('ada')}.old`)).code).not.toBe(0);
  expect((await inside('ada', 'ls /run/tshub-servers')).code).not.toBe(0);
});

test('files of the daemons are out of reach', async () => {
  for (const path of ['/var/lib/tshub/tshub.sqlite', '/run/tshub-spawnerd', '/run/tshub-proxy/routes.json'])
    expect((await inside('ada', `cat ${path} || ls ${path}`)).code, path).not.toBe(0);
});
