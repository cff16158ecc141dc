import { expect, test } from 'vitest';
import { environmentFor, spawnerForTest } from '../support/spawner-for-test.ts';

// Whoever has taken over hubd may call every verb with whatever bytes they like. This is what they get.

const unit = 'tshub-server-ada.service';

async function expectRefusal(send: (spawner: Awaited<ReturnType<typeof spawnerForTest>>) => Promise<unknown>) {
  const spawner = await spawnerForTest();
  spawner.steps.length = 0;
  await expect(send(spawner)).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(spawner.steps).toEqual([]);
  expect(JSON.parse(spawner.logged.at(-1) ?? '{}')).toMatchObject({ event: 'spawn-refused', uid: 990 });
}

test.each([
  'root',
  'daemon',
  'tshub',
  'nobody',
  'no-such-user',
  '',
  '.',
  '..',
  '../ada',
  'ada/../root',
  '/etc/passwd',
  'ada.service\0',
  'ada\nroot',
  '-ada',
  'ada*',
  'ada\\x2f',
  '%u',
  '$USER',
  '1000',
  '0',
  'ADA',
  'аda',
  'ada ',
  'a'.repeat(5000),
])('a server for %j is refused', async (user) => {
  await expectRefusal(({ start }) => start(user));
});

test.each(['../../x', '/x', 'a/b', '..', '-', '\n', 'x'.repeat(400), '\\x2d', '.service'])(
  'a server called %j is refused',
  async (server) => {
    await expectRefusal(({ start }) => start('ada', server));
  },
);

test.each<[string, Record<string, string>]>([
  ['LD_PRELOAD', { LD_PRELOAD: '/tmp/evil.so' }],
  ['PATH', { PATH: '/tmp' }],
  ['PYTHONPATH', { PYTHONPATH: '/tmp' }],
  ['HOME', { HOME: '/root' }],
  ['BASH_ENV', { BASH_ENV: '/tmp/x' }],
  ['another program', { JUPYTERHUB_SINGLEUSER_APP: 'evil.App' }],
  ['an address to listen on', { JUPYTERHUB_SERVICE_URL: 'http://0.0.0.0:80/' }],
  ['a second line', { JUPYTERHUB_HOST: 'x"\nLD_PRELOAD="/tmp/evil.so' }],
  ['a second string', { JUPYTERHUB_HOST: 'x\0LD_PRELOAD=/tmp/evil.so' }],
  ["another user's prefix", { JUPYTERHUB_SERVICE_PREFIX: '/user/bob/' }],
  ["another user's name", { JUPYTERHUB_USER: 'bob' }],
  ['an API elsewhere', { JUPYTERHUB_API_URL: 'http://203.0.113.7/hub/api' }],
  ['a prototype', { ['__proto__']: 'x' }],
])('a start that brings %s is refused', async (_, extra) => {
  await expectRefusal(({ start }) =>
    start('ada', '', Object.fromEntries([...Object.entries(environmentFor('ada')), ...Object.entries(extra)])),
  );
});

test('a start that names a profile or an option is refused: root has defined none', async () => {
  const caller = { sender: ':1.1', uid: 990, interactive: false, authorize: async () => true };
  await expectRefusal(({ methods }) => methods.Start(caller, 'ada', '', 'gpu', {}, environmentFor('ada')));
  await expectRefusal(({ methods }) => methods.Start(caller, 'ada', '', '', { User: 'root' }, environmentFor('ada')));
});

const chooses = {
  profiles: [
    { name: 'plain' },
    { name: 'staff', allowed_groups: ['staff'], settings: { disable_user_sudo: false } },
    { name: 'sized', options: { memory: { setting: 'mem_limit', min: '1G', max: '2G', default: '1G' } } },
  ],
};
const hubd = { sender: ':1.1', uid: 990, interactive: false, authorize: async () => true };

test.each<[string, string, Record<string, string>]>([
  ['a profile that there is not', 'gpu', {}],
  ['a profile of others', 'staff', {}],
  ['an option of another profile', 'plain', { memory: '1G' }],
  ['a setting instead of an option', 'sized', { mem_limit: '1G' }],
  ['more than the bound', 'sized', { memory: '2049M' }],
  ['no limit', 'sized', { memory: '0' }],
  ['a second line', 'sized', { memory: '1G\nUser=root' }],
  ['a very long value', 'sized', { memory: '1'.repeat(5000) }],
  ['very many options', 'sized', Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`o${at}`, '1']))],
  ['a profile whose name is a path', '../staff', {}],
  ['a property of every object', 'constructor', {}],
  ['an option that every object has', 'sized', Object.fromEntries([['__proto__', '1']])],
])('with profiles, %s is refused', async (_, profile, options) => {
  const spawner = await spawnerForTest(chooses);
  spawner.steps.length = 0;
  const start = spawner.methods.Start(hubd, 'ada', '', profile, options, environmentFor('ada'));
  await expect(start).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(spawner.steps).toEqual([]);
});

test('with accounts made at the first start, none is made for a name that is more than a name', async () => {
  const names = [
    '-x',
    'new user',
    'x;id',
    '--system',
    '0',
    '1234',
    'New',
    'x'.repeat(40),
    'neu\u00e4',
    '$(id)',
    'nobody',
    'root',
  ];
  for (const name of names) {
    const spawner = await spawnerForTest({ spawner: { create_accounts: true } });
    spawner.steps.length = 0;
    await expect(spawner.start(name), name).rejects.toMatchObject({ code: 'spawn_refused' });
    expect(spawner.steps).toEqual([]);
  }
});

test('nobody is let in by an account that is made for them', async () => {
  const { start, steps } = await spawnerForTest({
    spawner: { create_accounts: true, allowed_groups: ['staff'], new_account_groups: ['guests'] },
  });
  steps.length = 0;
  await expect(start('newcomer')).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(steps).toEqual([]);
});

test.each(['Stop', 'Show', 'Forget'] as const)('%s reaches no unit but those of user servers', async (verb) => {
  for (const [user, server] of [
    ['../ssh', ''],
    ['ssh.service/x', ''],
    ['', ''],
    ['ada', '/../ssh'],
  ] as const) {
    await expectRefusal(({ ask }) => ask(verb, user, server));
  }
  const { ask, steps } = await spawnerForTest();
  steps.length = 0;
  await ask(verb, 'ssh', '');
  expect(steps).toEqual([]);
});

test('a log of something else is refused', async () => {
  await expectRefusal(({ ask }) => ask('Log', '/../ssh', '', 10, 0n));
});

test('starts in a loop are held up', async () => {
  const { start, stop } = await spawnerForTest();
  for (let i = 0; i < 10; i++) {
    await start();
    await stop();
  }
  await expect(start()).rejects.toMatchObject({ code: 'too_many_requests' });
  expect(await start('bob')).toMatchObject({ user: 'bob' });
});

test('starts in a loop make no account and ask for none', async () => {
  const { start, steps } = await spawnerForTest({ spawner: { create_accounts: true, denied_users: ['newcomer'] } });
  for (let i = 0; i < 10; i++) await expect(start('newcomer')).rejects.toMatchObject({ code: 'spawn_refused' });
  steps.length = 0;
  await expect(start('newcomer')).rejects.toMatchObject({ code: 'too_many_requests' });
  expect(steps).toEqual([]);
});

const bounded = {
  spawner: { mem_limit: '1G' },
  profiles: [
    { name: 'plain' },
    {
      name: 'sized',
      settings: { tasks_max: 50 },
      options: { memory: { setting: 'mem_limit', min: '1G', max: '4G', default: '1G' } },
    },
  ],
};

test.each<[string, string, Record<string, bigint>]>([
  ['a limit beyond root’s', 'plain', { mem_limit: 2n << 30n }],
  ['a limit beyond the profile’s highest', 'sized', { mem_limit: (4n << 30n) + 1n }],
  ['a limit that the profile lowered', 'sized', { tasks_max: 51n }],
  ['more than a property holds', 'plain', { cpu_limit: 2n ** 64n - 1n }],
  ['no memory', 'plain', { mem_limit: 0n }],
  ['a property of systemd', 'plain', { MemoryMax: 1n << 30n }],
  ['a property of every object', 'plain', Object.fromEntries([['constructor', 1n]])],
  ['nothing', 'plain', {}],
])('SetLimits with %s is refused', async (_, profile, limits) => {
  const { startProfile, ask, steps } = await spawnerForTest(bounded);
  await startProfile(profile);
  steps.length = 0;
  await expect(ask('SetLimits', 'ada', '', limits)).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(steps).toEqual([]);
});

test('SetLimits goes as far as the profile that the unit was started with', async () => {
  const { startProfile, ask, steps } = await spawnerForTest(bounded);
  await startProfile('sized');
  await ask('SetLimits', 'ada', '', { mem_limit: 4n << 30n });
  expect(steps.at(-1)).toEqual(['SetUnitProperties', `tshub-server-ada.service MemoryMax=${4n << 30n}`]);
});

const managed = {
  services: {
    grader: { command: ['/srv/grader', '--port', '9999'], user: 'daemon' },
    external: { url: 'http://127.0.0.1:9998', user: 'daemon' },
  },
};

test.each([
  '',
  '.',
  '..',
  '../ssh',
  'ssh.service',
  'external',
  'gone',
  'constructor',
  '__proto__',
  'a/b',
  'grader\n',
  '*',
  'x'.repeat(80),
])('StartService of %j is refused: only root gives commands', async (name) => {
  const { ask, steps, logged } = await spawnerForTest(managed);
  steps.length = 0;
  await expect(ask('StartService', name)).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(steps).toEqual([]);
  expect(JSON.parse(logged.at(-1) ?? '{}')).toMatchObject({ event: 'spawn-refused', uid: 990 });
});

test('StopService stops no service that root wants, no server, and nothing of the host', async () => {
  const { ask, start, steps, units } = await spawnerForTest(managed);
  await start();
  await ask('StartService', 'grader');
  steps.length = 0;
  await expect(ask('StopService', 'grader')).rejects.toMatchObject({ code: 'spawn_refused' });
  for (const name of ['ssh', 'external', 'tshub', 'ada']) await ask('StopService', name);
  for (const name of ['../ssh', 'ssh.service/', '', '-'])
    await expect(ask('StopService', name)).rejects.toMatchObject({ code: 'spawn_refused' });
  expect(steps).toEqual([]);
  expect([...units.keys()]).toEqual([unit, 'tshub-service-grader.service']);
});

test('a service is what root wrote, with its token in no property', async () => {
  const { ask, steps, units } = await spawnerForTest(managed);
  await ask('StartService', 'grader');
  const properties = units.get('tshub-service-grader.service')?.properties;
  expect(properties?.get('User')).toBe('daemon');
  expect(properties?.get('LoadCredential')).toEqual([['token', '/etc/tshub/services/grader']]);
  expect(properties?.get('ExecStartEx')).toEqual([
    ['/bin/sh', expect.arrayContaining(['/srv/grader', '--port', '9999']), ['no-env-expand']],
  ]);
  expect(await ask('ListServices')).toEqual([expect.objectContaining({ service: 'grader', active: 'active' })]);
  steps.length = 0;
  await ask('StartService', 'grader');
  expect(steps).toEqual([]);
});

test('a service without a token is not started, and said why', async () => {
  const sights = { '/etc/tshub/services/grader': 'missing' } as const;
  const { ask, steps } = await spawnerForTest({ ...managed, sights });
  steps.length = 0;
  await expect(ask('StartService', 'grader')).rejects.toThrow(/has no token: .*openssl rand -hex 32/);
  expect(steps).toEqual([]);
});

test('the command, the sandbox and the account come from root, whatever the request says', async () => {
  const { start, units } = await spawnerForTest();
  await start();
  const properties = units.get('tshub-server-ada.service')?.properties;
  expect(properties?.get('User')).toBe('ada');
  expect(properties?.get('NoNewPrivileges')).toBe(true);
  expect(properties?.get('ExecStartEx')).toEqual([
    ['/usr/bin/jupyterhub-singleuser', expect.any(Array), ['no-env-expand']],
  ]);
});

test('a refusal in the journal is one line, however wild the name', async () => {
  const { start, logged } = await spawnerForTest();
  await expect(start('x\n<script>\u202e')).rejects.toMatchObject({ code: 'spawn_refused' });
  const { msg } = JSON.parse(logged.at(-1) ?? '{}') as { msg: string };
  expect(msg).not.toContain('\n');
});
