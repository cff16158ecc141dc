import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { runAsAccount, runAsDynamic } from './run-as.ts';
import { type UnitPlan, unitProperties, type UnitProperty } from './unit-properties.ts';

const account = { name: 'ada', uid: 1000, gid: 1000, gecos: '', home: '/home/ada', shell: '/bin/zsh', groups: [] };

function plan(spawner: Record<string, unknown> = {}, changes: Partial<UnitPlan> = {}): UnitPlan {
  const settings = schema.parse({ spawner }).spawner;
  const runAs = settings.dynamic_users
    ? runAsDynamic('ada', settings)
    : runAsAccount(account, settings, { user: 'ada', server: '' });
  const envFile = '/run/tshub-spawnerd/0123456789abcdef.env';
  const program = '/usr/bin/jupyterhub-singleuser';
  return {
    name: { user: 'ada', server: '' },
    runAs,
    program,
    envFile,
    settings,
    path: '/usr/bin',
    port: null,
    profile: '',
    ...changes,
  };
}

/** One property a line: name, signature, value; bytes as text. */
function print(properties: readonly UnitProperty[]): string {
  const show = (value: unknown): string => {
    if (typeof value === 'bigint') return String(value);
    if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString());
    return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : JSON.stringify(value);
  };
  return properties.map(([name, signature, value]) => `${name} (${signature}) ${show(value)}\n`).join('');
}

function valueOf(from: UnitPlan, property: string): unknown {
  return unitProperties(from).find(([name]) => name === property)?.[2];
}

test('the defaults give a plain, sandboxed server of an account', async () => {
  await expect(print(unitProperties(plan()))).toMatchFileSnapshot('golden/account-defaults.txt');
});

test('every setting of [spawner] becomes its property', async () => {
  const spawner = {
    args: ['--debug', 'a $b %h'],
    mem_limit: '2G',
    mem_high: '1.5G',
    mem_guarantee: '256M',
    swap_limit: 0,
    cpu_limit: 1.5,
    cpu_weight: 50,
    io_weight: 60,
    tasks_max: 300,
    isolate_tmp: false,
    isolate_devices: true,
    disable_user_sudo: false,
    readonly_paths: ['/', '-/srv'],
    readwrite_paths: ['/home'],
    user_workingdir: '/data/{user}/{user}',
    stop_signal: 'SIGTERM',
    start_timeout: 30,
    stop_timeout: 2.5,
    oom_policy: 'stop',
    pam_session: false,
    cpu_guarantee: 1,
    runtime_max: 86400,
    log_rate_limit_burst: 100,
    log_rate_limit_interval: 10,
    isolate_homes: true,
    hidden_paths: ['/srv/homes'],
    inaccessible_paths: ['/etc/ssl/private', '-/no'],
    bind_paths: ['/srv/data/{USERNAME}:/data', '-/srv/scratch'],
    bind_readonly_paths: ['/srv/course'],
    devices: ['/dev/nvidia0', '-/dev/fuse', 'char-nvidia*'],
    extra_groups: ['video', 'render'],
    slice: 'students.slice',
    pre_start: ['/etc/tshub/hooks/make-room'],
    post_stop: ['/etc/tshub/hooks/tidy'],
    environment: { LD_LIBRARY_PATH: '/opt/lib', COURSE: 'algebra' },
    unit_extra_properties: { Nice: 5, LimitNOFILE: 65536, PrivatePIDs: true, OOMPolicy: 'kill' },
  };
  await expect(print(unitProperties(plan(spawner, { name: { user: 'ada', server: 'my lab' } })))).toMatchFileSnapshot(
    'golden/account-everything.txt',
  );
});

test('a dynamic user has a state directory below a hash, and no PAM session', async () => {
  await expect(print(unitProperties(plan({ dynamic_users: true })))).toMatchFileSnapshot('golden/dynamic.txt');
});

test('no variable of a server is a property', () => {
  const text = print(unitProperties(plan({ environment: { FOO: 'bar' } })));
  expect(text).not.toMatch(/Environment \(|SetCredential|bar/);
});

test('a property that root adds takes the place of the one that a setting makes', () => {
  const properties = unitProperties(plan({ mem_limit: '1G', unit_extra_properties: { MemoryMax: '3G' } }));
  expect(properties.filter(([name]) => name === 'MemoryMax')).toEqual([['MemoryMax', 't', 3n * 2n ** 30n]]);
});

test('without its own socket folder a server that listens on a port gets the port', () => {
  const spawner = { transport: 'tcp', command: ['/usr/bin/board', '--listen={port}', '--base={prefix}', '{USERNAME}'] };
  const server = plan(spawner, { port: 20_001, program: '/usr/bin/board' });
  const [[, argv]] = valueOf(server, 'ExecStartEx') as [[string, string[]]];
  expect(argv).toEqual(['/usr/bin/board', '--listen=20001', '--base=/user/ada/', 'ada']);
  expect(valueOf(server, 'RuntimeDirectory')).toBeUndefined();
  expect(print(unitProperties(server))).not.toContain('setfacl');
  expect(valueOf(server, 'LogExtraFields')).toContainEqual(Buffer.from('TSHUB_PORT=20001'));
  const [[, jupyter]] = valueOf(plan({ transport: 'tcp' }, { port: 20_001 }), 'ExecStartEx') as [[string, string[]]];
  expect(jupyter).toEqual(['/usr/bin/jupyterhub-singleuser']);
});

test('a hook runs with nothing that its user could have prepared', () => {
  const hooked = plan({ pre_start: ['/etc/tshub/hook'], environment: { PATH: '/home/ada/bin' } });
  const before = valueOf(hooked, 'ExecStartPreEx') as [string, string[], string[]][];
  const [program = '', argv = [], flags = []] = before.at(-1) ?? [];
  expect(program).toBe('/usr/bin/env');
  expect(argv.slice(0, 5)).toEqual(['/usr/bin/env', '-i', '-C', '/', expect.stringMatching(/^PATH=\/usr/)]);
  expect(argv.at(-1)).toBe('/etc/tshub/hook');
  expect(argv).toContain('HOME=/root');
  expect(flags).toEqual(['privileged', 'no-env-expand']);
});

test('what loads code into programs reaches the server, and not what root runs around it', () => {
  const preloaded = plan({ environment: { LD_PRELOAD: '/opt/lib/x.so' }, pre_start: ['/etc/tshub/hook'] });
  const [[, argv]] = valueOf(preloaded, 'ExecStartEx') as [[string, string[]]];
  expect(argv.slice(0, 3)).toEqual(['/usr/bin/env', 'LD_PRELOAD=/opt/lib/x.so', '/usr/bin/jupyterhub-singleuser']);
  expect(JSON.stringify(valueOf(preloaded, 'ExecStartPreEx'))).not.toContain('LD_PRELOAD');
});

test.each(['/home/ada/x:/data', '/srv/x:/home/ada/x', '/home/{USERNAME}/x', '/home/ada', '/home//ada/x'])(
  'a bind path in the own home, %s, is refused: its owner could put a link there',
  (path) => {
    expect(() => unitProperties(plan({ bind_paths: [path] }))).toThrow('lies in the home of ada');
    expect(() => unitProperties(plan({ bind_readonly_paths: [path] }))).toThrow('lies in the home of ada');
  },
);

test('only a home that would be hidden is put back', () => {
  expect(valueOf(plan({ isolate_homes: true }), 'BindPaths')).toEqual([['/home/ada', '/home/ada', false, 16384n]]);
  expect(valueOf(plan({ hidden_paths: ['/srv'] }), 'BindPaths')).toBeUndefined();
  expect(valueOf(plan({ isolate_homes: true, dynamic_users: true }), 'BindPaths')).toBeUndefined();
});

test('names in settings are put in once, and whole', () => {
  const name = { user: '{SERVERNAME}$&', server: 'lab' };
  const spawner = { command: ['x', '{USERNAME}/{SERVERNAME}'] };
  const [[, argv]] = valueOf(plan(spawner, { name }), 'ExecStartEx') as [[string, string[]]];
  expect(argv).toContain('{SERVERNAME}$&/lab');
});

test('a command that says where its socket goes gets no arguments of Jupyter', () => {
  const spawner = { command: ['/usr/bin/own-server', '--listen', 'unix:{socket}'], args: ['-v'] };
  const argv = [
    '/usr/bin/own-server',
    '--listen',
    expect.stringMatching(/^unix:\/run\/tshub-servers\/[0-9a-f]{16}\/sock$/),
    '-v',
  ];
  expect(valueOf(plan(spawner, { program: '/usr/bin/own-server' }), 'ExecStartEx')).toEqual([
    ['/usr/bin/own-server', argv, ['no-env-expand']],
  ]);
});

test('arguments of Jupyter come after those of the command and before those of args, which win', () => {
  const spawner = { command: ['conda', 'run', 'jupyterhub-singleuser'], args: ['--x'] };
  const [[, argv]] = valueOf(plan(spawner, { program: '/opt/conda/bin/conda' }), 'ExecStartEx') as [[string, string[]]];
  expect(argv.map((argument) => argument.replace(/=.*/, ''))).toEqual([
    '/opt/conda/bin/conda',
    'run',
    'jupyterhub-singleuser',
    '--ServerApp.sock',
    '--ServerApp.sock_mode',
    '--x',
  ]);
});

test('folders that root put in front of PATH stay there, whatever PAM says', () => {
  const path = '/opt/conda/bin:/usr/bin';
  const argvOf = (spawner: Record<string, unknown>) => {
    const [[program, argv]] = valueOf(plan(spawner, { path }), 'ExecStartEx') as [[string, string[]]];
    return [program, ...argv].slice(0, 4);
  };
  const usual = '/usr/bin/jupyterhub-singleuser';
  const kept = ['/usr/bin/env', '/usr/bin/env', `PATH=${path}`, usual];
  expect(argvOf({ extra_paths: ['/opt/conda/bin'] })).toEqual(kept);
  expect(argvOf({ environment: { PATH: path } })).toEqual(kept);
  expect(argvOf({ extra_paths: ['/opt/conda/bin'], pam_session: false }).slice(0, 2)).toEqual([usual, usual]);
  expect(argvOf({}).slice(0, 2)).toEqual([usual, usual]);
});

test('a time of 0 is no time, where 0 would mean for ever to systemd', () => {
  expect(valueOf(plan({ stop_timeout: 0 }), 'TimeoutStopUSec')).toBe(1n);
});

test('0 tasks is no limit of its own', () => {
  expect(valueOf(plan({ tasks_max: 0 }), 'TasksMax')).toBe(2n ** 64n - 1n);
});

test('an account without a shell gets the default one', () => {
  const { spawner } = schema.parse({ spawner: { default_shell: '/bin/dash' } });
  expect(runAsAccount({ ...account, shell: '' }, spawner, { user: 'ada', server: '' }).shell).toBe('/bin/dash');
});

test('two dynamic users never share a state directory', () => {
  const { spawner } = schema.parse({});
  expect(runAsDynamic('a', spawner)).not.toMatchObject({
    workingDirectory: runAsDynamic('b', spawner).workingDirectory,
  });
});
