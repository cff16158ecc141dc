import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { serverReady, show, visitorWithServer } from './support/server.ts';
import { inside, installWeb, web, withoutSettings, withSettings } from './support/settings.ts';
import { machine, stopServer, visitor } from './support/suite.ts';

const dropin = '/etc/tshub/tshub.toml.d/60-culler.toml';

beforeAll(async () => {
  await stopServer('bob');
  await installWeb();
});
afterAll(async () => {
  await machine.sh(`rm -f ${dropin}`);
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
});

test('a dry run says what would happen, and does not do it', async () => {
  await visitorWithServer('bob');
  const { out } = await machine.run(['tshubctl', 'cull', '--dry-run', '--json']);
  expect((JSON.parse(out) as { decisions: unknown }).decisions).toEqual(
    expect.arrayContaining([expect.objectContaining({ user: 'bob', server: '', cull: false })]),
  );
  expect((await show('bob')).ready).toBe(true);
});

test('a server that has just begun has an end within a moment, although the next round is minutes away', async () => {
  const ends = async () => {
    const { out } = await machine.run(['tshubctl', 'server', 'show', 'bob', '--json']);
    return (JSON.parse(out) as { server: { ends: Record<string, unknown> | null } }).server.ends;
  };
  await eventually('the hub knows it', async () => (await ends()) !== null, 30);
  expect(await ends()).toMatchObject({ rule: 'idle', why: 'idle for 24 hours', kept_until: null, warned: false });
});

test('a server that is idle for longer than the timeout is stopped, and its user is told why', async () => {
  await machine.write(dropin, '[culler]\ntimeout = 3\ncull_every = 1\n');
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
  // It is not ready from the moment that it is asked to stop; the reason is there when it has.
  await eventually('the server is stopped', async () => /idle/.test((await show('bob')).reason ?? ''), 60);
  expect((await show('bob')).ready).toBe(false);
  const culled = () => machine.journal('-u', 'tshub', 'TSHUB_EVENT=server-culled', 'TSHUB_USER=bob');
  await eventually('the journal says so', async () => (await culled()).length > 0);
  expect((await culled()).length).toBe(1);
});

test('a server that idles is warned of, kept at the press of a button, and stopped when that is over', async () => {
  const person = await visitorWithServer('bob');
  const events = async (event: string) =>
    (await machine.journal('-u', 'tshub', '-u', 'tshub-cullerd', `TSHUB_EVENT=${event}`, 'TSHUB_USER=bob')).map(
      (entry) => String(entry['TSHUB_REASON'] ?? entry['MESSAGE']),
    );
  const before = { culled: (await events('server-culled')).length, warned: (await events('server-warned')).length };
  await machine.write(dropin, '[culler]\ntimeout = 20\ncull_every = 1\nwarn_before = 10\nkeep_for = 600\n');
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
  await eventually('bob is warned', async () => (await events('server-warned')).length > before.warned, 60);
  const { text } = await person.visit('/hub/home');
  expect(text).toMatch(/Your server will be stopped\s+<time [^>]*>in \d+ seconds<\/time\s*>\s+unless used/);
  expect((await person.post('/hub/home/keep', { server: '' })).status).toBe(303);
  expect((await events('server-kept')).at(-1)).toMatch(/^bob keeps .* until /);
  const { out } = await machine.run(['tshubctl', 'cull', '--dry-run', '--explain', 'bob', '--json']);
  const [decision] = (JSON.parse(out) as { decisions: Array<Record<string, unknown>> }).decisions;
  expect(decision).toMatchObject({ user: 'bob', cull: false, explain: expect.anything() as unknown });
  await eventually(
    'it lives on beyond its limit',
    async () => /kept by its user/.test((await machine.run(['tshubctl', 'cull', '-n', 'bob'])).out),
    60,
  );
  expect((await show('bob')).ready).toBe(true);
  // The administrator thinks better of it: what was promised ends with the bound.
  await machine.write(dropin, '[culler]\ntimeout = 20\ncull_every = 1\nkeep_for = 0\n');
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
  await eventually('it is stopped', async () => (await events('server-culled')).length > before.culled, 60);
  expect((await events('server-culled')).at(-1)).toMatch(/idle for \d+ seconds \(limit 20\)/);
  await eventually('and its user is told why', async () => /idle for/.test((await show('bob')).reason ?? ''), 60);
});

test('a server that computes in silence is kept where the CPU counts, and only as long', async () => {
  await stopServer('bob');
  await withSettings(`[spawner]\ncommand = ["${web}", "unix:{socket}"]\n`);
  await machine.write(dropin, '[culler]\ntimeout = 20\ncull_every = 1\nweight_cpu = 1\n');
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
  await visitorWithServer('bob');
  await inside('bob', '(timeout 120 sh -c "while :; do :; done" >/dev/null 2>&1 &)');
  const explain = async () => (await machine.run(['tshubctl', 'cull', '-n', '-e', 'bob'])).out;
  await eventually(
    'nobody used it for longer than the limit',
    async () => /^ +used [2-9]\d seconds ago/m.test(await explain()),
    90,
  );
  expect(await explain()).toMatch(/bob .* in \d+ s .*[^]*used the CPU \d+ seconds? ago/);
  await inside('bob', 'pkill -x timeout');
  await eventually('it is stopped when it is done', async () => /idle for/.test((await show('bob')).reason ?? ''), 90);
  await withoutSettings();
});

test('a guest who is idle is deleted, with account and home', async () => {
  await withSettings(
    `[login]\nauthenticator = "guest"\n[spawner]\ncommand = ["${web}", "unix:{socket}"]\nguest_users = true\n`,
  );
  const guest = visitor();
  await (await guest.fetch('/hub/login')).arrayBuffer();
  expect((await guest.post('/hub/login', {})).status).toBe(302);
  const users = async () =>
    (JSON.parse((await machine.run(['tshubctl', 'user', 'list', '--json'])).out) as { users: Array<{ name: string }> })
      .users;
  const name = (await users()).find((user) => /^guest-[a-z0-9]{10}$/.test(user.name))?.name ?? '';
  await guest.visit(`/hub/spawn/${name}`);
  await serverReady(name);
  const homes = () => machine.sh('ls /var/lib/tshub-guests 2>/dev/null', { fails: true });
  expect(await homes()).not.toBe('');
  await machine.write(dropin, '[culler]\ntimeout = 3\ncull_every = 1\n');
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
  await machine.run(['systemctl', 'restart', 'tshub']);
  await eventually('the guest is deleted', async () => (await users()).every((user) => user.name !== name), 90);
  await eventually('the home is gone', async () => (await homes()) === '');
  expect(await machine.sh(`getent passwd guest-${name}`, { fails: true })).toBe('');
  expect((await machine.journal('TSHUB_EVENT=user-culled', `TSHUB_USER=${name}`)).length).toBe(1);
  await withoutSettings();
});

test('the culler may not do more than it needs', async () => {
  const call = async (...rest: readonly string[]) =>
    machine.run(['busctl', 'call', 'org.tshub.Hub1', '/org/tshub/Hub1', 'org.tshub.Hub1', ...rest], {
      user: 'tshub-culler',
      fails: true,
    });
  expect((await call('ListServers')).code).toBe(0);
  expect((await call('StartServer', 'ssa{ss}', 'bob', '', '0')).code).not.toBe(0);
  expect((await call('RemoveUser', 's', 'bob')).code).not.toBe(0);
  expect((await call('IssueToken', 'as', '1', 'admin:users')).code).not.toBe(0);
});
