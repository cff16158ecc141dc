import { readUnitFacts } from '../../packages/spawnerd/src/unit-facts.ts';
import { statusOf } from '../../packages/spawnerd/src/launch/status.ts';
import { expect, test } from 'vitest';
import { spawnerForTest } from '../support/spawner-for-test.ts';

const unit = 'tshub-server-ada.service';

test('the profile that was chosen lies over the settings of the user, and what was chosen in it over both', async () => {
  const spawner = { mem_limit: '1G', tasks_max: 5, users: { ada: { tasks_max: 6, mem_limit: '2G' } } };
  const memory = { setting: 'mem_limit', values: ['3G', '4G'], default: '3G' };
  const { startProfile, units } = await spawnerForTest({
    spawner,
    profiles: [{ name: 'big', settings: { cpu_weight: 50 }, options: { memory } }],
  });
  await startProfile('big', { memory: '4G' });
  const properties = units.get(unit)?.properties;
  expect(properties?.get('MemoryMax')).toBe(4n * 2n ** 30n);
  expect(properties?.get('TasksMax')).toBe(6n);
  expect(properties?.get('CPUWeight')).toBe(50n);
});

test('the limits of a person are set on their slice before their server starts, and taken back when the settings drop them', async () => {
  const spawner: Record<string, unknown> = { user_mem_limit: '4G', users: { bob: { user_tasks_max: 50 } } };
  const first = await spawnerForTest({ spawner });
  first.steps.length = 0;
  await first.start();
  const set = first.steps.filter(([step]) => step === 'SetUnitProperties' || step === 'StartTransientUnit');
  expect(set).toEqual([
    ['SetUnitProperties', 'tshub-users-ada.slice MemoryMax=4294967296'],
    ['StartTransientUnit', unit],
  ]);
  await first.start('bob');
  expect(first.steps).toContainEqual(['SetUnitProperties', 'tshub-users-bob.slice MemoryMax=4294967296 TasksMax=50']);

  const notes = [...first.secrets];
  const second = await spawnerForTest({ spawner: { user_cpu_limit: 2 } });
  for (const [path, text] of notes) second.secrets.set(path, text);
  await second.start('bob');
  const unlimited = 2n ** 64n - 1n;
  expect(second.steps).toContainEqual([
    'SetUnitProperties',
    `tshub-users-bob.slice CPUQuotaPerSecUSec=2000000 MemoryMax=${unlimited} TasksMax=${unlimited}`,
  ]);
});

test('a slice of which the settings say nothing is left to root', async () => {
  const { start, steps } = await spawnerForTest();
  await start();
  expect(steps.filter(([step]) => step === 'SetUnitProperties')).toEqual([]);
});

test('a hook that others than root could change is not run, and no server starts', async () => {
  const { start, steps } = await spawnerForTest({ spawner: { pre_start: ['/opt/hook'] } });
  await expect(start()).rejects.toMatchObject({
    code: 'spawn_failed',
    message: 'the hook /opt/hook is not run: /opt/hook does not belong to root',
  });
  expect(steps.filter(([step]) => step === 'StartTransientUnit')).toEqual([]);
});

test('servers that listen on ports have one each, and it is known from the unit alone', async () => {
  const { start, units, secrets, steps } = await spawnerForTest({
    spawner: { transport: 'tcp', tcp_port_min: 20_000, tcp_port_max: 20_013 },
  });
  await start();
  await start('ada', 'lab');
  const fields = [...units.values()].map(({ properties }) => properties.get('LogExtraFields') as Uint8Array[]);
  const facts = fields.map((LogExtraFields) => readUnitFacts({ LogExtraFields }));
  const targets = facts.map((one) => statusOf({ user: 'ada', server: '' }, one).target);
  expect(targets.every((target) => /^tcp:127\.0\.0\.1:200\d\d$/.test(target))).toBe(true);
  expect(new Set(targets).size).toBe(2);
  expect(steps.filter(([step]) => step === 'write').length).toBe(2);
  expect(secrets.size).toBe(0);
});

test('an account is made for who has none, by useradd alone, and the server runs as it', async () => {
  const { start, steps, logged } = await spawnerForTest({
    spawner: { create_accounts: true, new_account_groups: ['students'], username_template: 'hub-{USERNAME}' },
  });
  steps.length = 0;
  expect(await start('newcomer')).toMatchObject({ unit: 'tshub-server-newcomer.service' });
  expect(steps.filter(([step]) => step === 'StartTransientUnit')).toEqual([
    ['StartTransientUnit', 'tshub-new-account.service'],
    ['StartTransientUnit', 'tshub-server-newcomer.service'],
  ]);
  expect(logged.map((line) => (JSON.parse(line) as { event?: string }).event)).toContain('account-made');
});

test('a template gives a server another account, which the policy looks at', async () => {
  const { start, units } = await spawnerForTest({ spawner: { username_template: 'a{USERNAME}' } });
  await start('da');
  expect(units.get('tshub-server-da.service')?.properties.get('User')).toBe('ada');
  const root = await spawnerForTest({ spawner: { username_template: 'ro{USERNAME}' } });
  await expect(root.start('ot')).rejects.toMatchObject({ code: 'spawn_refused' });
});

test('whoever chose the name of an account has not got its groups, where anybody may choose a name', async () => {
  const options = {
    spawner: { dynamic_users: true, groups: { ada: { mem_limit: '9G' } } },
    profiles: [{ name: 'plain' }, { name: 'mine', allowed_groups: ['ada'] }],
  };
  const proven = await spawnerForTest(options);
  await proven.startProfile('mine');
  expect(proven.units.get(unit)?.properties.get('MemoryMax')).toBe(9n * 2n ** 30n);
  const claimed = await spawnerForTest({ ...options, login: { authenticator: 'shared-password' } });
  await expect(claimed.startProfile('mine')).rejects.toMatchObject({ code: 'spawn_refused' });
  await claimed.startProfile('plain');
  expect(claimed.units.get(unit)?.properties.get('MemoryMax')).toBeUndefined();
});
