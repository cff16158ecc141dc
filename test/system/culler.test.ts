import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { show, visitorWithServer } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';

const dropin = '/etc/tshub/tshub.toml.d/60-culler.toml';

beforeAll(async () => {
  await stopServer('bob');
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

test('the culler may not do more than it needs', async () => {
  const call = async (...rest: readonly string[]) =>
    machine.run(['busctl', 'call', 'org.tshub.Hub1', '/org/tshub/Hub1', 'org.tshub.Hub1', ...rest], {
      user: 'tshub-culler',
      fails: true,
    });
  expect((await call('ListServers')).code).toBe(0);
  expect((await call('StartServer', 'ssa{ss}', 'bob', '', '0')).code).not.toBe(0);
  expect((await call('IssueToken', 'as', '1', 'admin:users')).code).not.toBe(0);
});
