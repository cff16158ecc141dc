import { BusError } from '@tshub/bus';
import { serverId, unitStatus } from '@tshub/contract';
import { expect, test } from 'vitest';
import { type Plan, spawnerForTest } from '../support/spawner-for-test.ts';

const unit = 'tshub-server-ada.service';
const envFile = `/run/tshub-spawnerd/${serverId('ada', '')}.env`;

test('a start writes the secrets, starts the unit, waits for the job, and removes the secrets', async () => {
  const { start, steps, secrets } = await spawnerForTest();
  steps.length = 0;
  const status = await start();
  expect(steps).toEqual([
    ['write', envFile],
    ['StartTransientUnit', unit],
    ['job', `/job/start/${unit}`],
    ['remove', envFile],
  ]);
  expect(unitStatus.parse(status)).toMatchObject({
    user: 'ada',
    server: '',
    unit,
    active: 'active',
    uid: 1000,
    dynamic: false,
    reason: '',
  });
  expect(status.target).toBe(`unix:/run/tshub-servers/${serverId('ada', '')}/sock`);
  expect(secrets.size).toBe(0);
});

test('secrets that a killed spawnerd left are removed before the name is taken', async () => {
  const { steps } = await spawnerForTest();
  expect(steps).toEqual([
    ['remove', '/run/tshub-spawnerd/stale.env'],
    ['own', 'org.tshub.Spawner1'],
  ]);
});

test('no token is in any property of the unit, nor in the log', async () => {
  const { start, units, logged } = await spawnerForTest();
  await start();
  const printable = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  expect(JSON.stringify([...(units.get(unit)?.properties ?? [])], printable)).not.toContain('token-0123456789abcdef');
  expect(logged.join('')).not.toContain('token-0123456789abcdef');
});

test('named servers of one person have units, sockets and secrets of their own in one slice', async () => {
  const { start, units } = await spawnerForTest();
  const [first, second] = [await start(), await start('ada', 'lab')];
  expect(second.unit).toBe('tshub-server-ada-lab.service');
  expect(second.target).not.toBe(first.target);
  expect([...units.values()].map(({ properties }) => properties.get('Slice'))).toEqual([
    'tshub-users-ada.slice',
    'tshub-users-ada.slice',
  ]);
});

const failures: [string, Plan, RegExp][] = [
  [
    'PID 1 refuses the unit',
    { startError: new BusError('org.freedesktop.DBus.Error.InvalidArgs', 'bad property') },
    /refused tshub-server-ada.service: bad property/,
  ],
  [
    'the program is missing',
    { jobResult: 'failed', facts: { activeState: 'failed', result: 'exit-code', exitCode: 1, exitStatus: 203 } },
    /cannot run/,
  ],
  [
    'the unit fails and is gone before it can be read',
    { jobResult: 'failed', facts: null },
    /could not start it \(failed\)/,
  ],
  [
    'the job times out',
    { jobResult: 'timeout', facts: { activeState: 'failed', result: 'timeout', exitCode: 0, startTimeoutMs: 60_000 } },
    /did not start within 60 seconds/,
  ],
  [
    'PID 1 never answers',
    { jobResult: 'no-answer', facts: { activeState: 'activating' } },
    /did not start it within 60 seconds/,
  ],
  ['the program ends at once', { facts: null }, /ended at once/],
  [
    'the program fails at once',
    { facts: { activeState: 'failed', result: 'exit-code', exitCode: 1, exitStatus: 3 } },
    /exited with code 3/,
  ],
  ['the unit runs as somebody else', { facts: { uid: 1001 } }, /runs as uid 1001 instead of ada; it was stopped/],
  ['the unit runs as root', { facts: { uid: 0 } }, /runs as uid 0/],
  ['nobody knows who the unit runs as', { facts: { uid: null } }, /runs as uid unknown/],
];

test.each(failures)('when %s, the reason is told and nothing is left', async (_, plan, sentence) => {
  const spawner = await spawnerForTest();
  Object.assign(spawner.plan, plan);
  await expect(spawner.start()).rejects.toMatchObject({
    code: 'spawn_failed',
    message: expect.stringMatching(sentence),
  });
  expect(spawner.units.size).toBe(0);
  expect(spawner.secrets.size).toBe(0);
  delete spawner.plan.startError;
  delete spawner.plan.jobResult;
  delete spawner.plan.facts;
  expect(await spawner.start()).toMatchObject({ active: 'active' });
});

test('a missing command fails before anything is touched', async () => {
  const { start, steps } = await spawnerForTest({ spawner: { command: ['/opt/nowhere'] } });
  steps.length = 0;
  await expect(start()).rejects.toThrow('command not found: /opt/nowhere; there is no such program');
  expect(steps).toEqual([]);
});

test('a missing path is named', async () => {
  const spawner = await spawnerForTest({ spawner: { readonly_paths: ['/data'] }, sights: { '/data': 'missing' } });
  spawner.plan.jobResult = 'failed';
  spawner.plan.facts = { activeState: 'failed', result: 'exit-code', exitCode: 1, exitStatus: 226 };
  await expect(spawner.start()).rejects.toThrow('the path /data in readonly_paths or readwrite_paths does not exist');
});

test('a server that runs is not started again, nor disturbed', async () => {
  const { start, steps } = await spawnerForTest();
  await start();
  steps.length = 0;
  await expect(start()).rejects.toMatchObject({ code: 'already_running' });
  expect(steps).toEqual([]);
});

test('a unit that failed earlier does not block the next start', async () => {
  const { start, units, steps } = await spawnerForTest();
  await start();
  const found = units.get(unit);
  if (found) found.facts = { ...found.facts, activeState: 'failed' };
  steps.length = 0;
  expect(await start()).toMatchObject({ active: 'active' });
  expect(steps.slice(0, 2)).toEqual([
    ['KillUnit', unit],
    ['ResetFailedUnit', unit],
  ]);
});

test('a unit that is not yet cleaned up says so, and is left to PID 1', async () => {
  const { start, plan } = await spawnerForTest();
  plan.startError = new BusError('org.freedesktop.systemd1.UnitExists', 'exists');
  await expect(start()).rejects.toMatchObject({ code: 'pending', message: "ada's server is pending stop" });
});

test('while a start is under way a second one is refused, and a stop cancels it', async () => {
  const { start, stop, plan, units, secrets, steps } = await spawnerForTest();
  plan.hangs = true;
  const first = start();
  while (!steps.some(([what]) => what === 'job')) await new Promise(setImmediate);
  await expect(start()).rejects.toMatchObject({ code: 'pending' });
  await stop();
  await expect(first).rejects.toThrow('the start was cancelled');
  expect([units.size, secrets.size]).toEqual([0, 0]);
});

test('a dynamic user needs no account and gets a folder below a hash', async () => {
  const { start, units } = await spawnerForTest({ spawner: { dynamic_users: true } });
  expect(await start('guest')).toMatchObject({ dynamic: true, uid: 61234 });
  const properties = units.get('tshub-server-guest.service')?.properties;
  expect(properties?.get('DynamicUser')).toBe(true);
  expect(properties?.get('StateDirectory')).toEqual([expect.stringMatching(/^tshub-dynamic\/[0-9a-f]{16}$/)]);
});

test('no more servers run than max_servers', async () => {
  const { start, stop } = await spawnerForTest({ spawner: { max_servers: 1 } });
  await start();
  await expect(start('bob')).rejects.toMatchObject({ code: 'server_limit' });
  await stop();
  expect(await start('bob')).toMatchObject({ user: 'bob' });
});

test('failed units do not count against max_servers', async () => {
  const { start, units } = await spawnerForTest({ spawner: { max_servers: 1 } });
  await start();
  const found = units.get(unit);
  if (found) found.facts = { ...found.facts, activeState: 'failed' };
  expect(await start('bob')).toMatchObject({ user: 'bob' });
});
