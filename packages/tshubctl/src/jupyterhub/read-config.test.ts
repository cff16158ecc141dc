import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@tshub/config';
import { expect, test } from 'vitest';
import { readPeerConfig, settingsFile } from './read-config.ts';
import { classes } from './settings-map.ts';

const systemdspawner = `
c = get_config()
c.JupyterHub.spawner_class = 'systemdspawner.SystemdSpawner'
c.JupyterHub.bind_url = 'http://:8000'
c.JupyterHub.allow_named_servers = True
c.JupyterHub.active_server_limit = 40
c.Authenticator.admin_users = {'teacher'}
c.Authenticator.allowed_users = {'ada', "bob"}
c.SystemdSpawner.mem_limit = '2G'
c.SystemdSpawner.cpu_limit = 1.5
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.readonly_paths = ['/srv/data']
c.SystemdSpawner.unit_extra_properties = {'LimitNOFILE': '16384'}
c.SystemdSpawner.default_shell = '/bin/bash'
c.SystemdSpawner.extra_paths = None
c.Spawner.default_url = '/lab'
c.Spawner.environment = {'A': 'b'}
c.Spawner.start_timeout = 2 * 60
c.JupyterHub.load_groups = {'algebra': {'users': ['ada']}}
c.JupyterHub.load_roles = [{'name': 'staff', 'scopes': ['list:users!group=algebra'], 'users': ['ada']}]
c.JupyterHub.services = [{'name': 'x', 'api_token': 'secret-of-x'}]
c.GenericOAuthenticator.client_secret = 'secret-of-oauth'
c.Spawner.args.append('--debug')
c.Spawner.cmd = [os.environ['X']]
c.MySpawner.nonsense = 1
# c.Spawner.default_url = '/tree'
`;

test('a systemdspawner installation becomes settings that are good', () => {
  const lines = readPeerConfig(systemdspawner);
  const text = settingsFile(lines);
  const folder = mkdtempSync(join(tmpdir(), 'tshub-config-'));
  const file = join(folder, 'tshub.toml');
  writeFileSync(file, text);
  const settings = loadSettings({ file, dropins: `${folder}.d` });
  rmSync(folder, { recursive: true });
  expect(settings.hub).toMatchObject({ allow_named_servers: true, active_server_limit: 40 });
  expect(settings.login).toMatchObject({ allow_all: false, allowed_users: ['ada', 'bob'], admin_users: ['teacher'] });
  expect(settings.spawner).toMatchObject({
    cpu_limit: 1.5,
    readonly_paths: ['/srv/data'],
    default_url: '/lab',
    environment: { A: 'b' },
    start_timeout: 120,
  });
  expect(settings.roles['staff']).toMatchObject({ scopes: ['list:users!group=algebra'] });
  expect(text).not.toMatch(/secret-of|tree/);
  expect(Object.fromEntries(lines.map(({ trait, advice }) => [trait, advice]))).toMatchObject({
    'JupyterHub.bind_url': expect.stringContaining('tshub-proxyd.socket'),
    'JupyterHub.services': expect.stringContaining('[services.NAME]'),
    'MySpawner.nonsense': 'there is nothing like it here',
    'Spawner.args': expect.stringContaining('not read; here it is spawner.args'),
    'Spawner.cmd': expect.stringContaining('not read; here it is spawner.command'),
    'SystemdSpawner.extra_paths': expect.stringContaining('not set'),
  });
});

test('every setting that anything maps to is one of ours', () => {
  const samples = ['x', '1G', 1, true, ['x'], { x: 'y' }];
  const paths = new Set(
    Object.values(classes).flatMap((traits) =>
      Object.values(traits).flatMap((map) =>
        samples.flatMap((value) => {
          const mapped = map(value);
          return 'settings' in mapped ? mapped.settings.map(([path]) => path) : [];
        }),
      ),
    ),
  );
  const settings = loadSettings({ file: '/nowhere', dropins: '/nowhere' });
  const optional = new Set(['mem_limit', 'mem_guarantee', 'cpu_limit', 'cpu_guarantee']);
  const unknown = [...paths].filter((path) => {
    const [section = '', name = ''] = path.split('.');
    if (section === 'groups' || section === 'roles' || optional.has(name)) return false;
    return !Object.hasOwn((settings as unknown as Record<string, object>)[section] ?? {}, name);
  });
  expect(unknown).toEqual([]);
});

test('each assignment is told with its line', () => {
  const text = '\nc.Spawner.a = 1\n\n# why\nc.Spawner.b = """\nlong\n"""\nc.Spawner.c.append(1)';
  expect(readPeerConfig(text).map(({ line, trait }) => [line, trait])).toEqual([
    [2, 'Spawner.a'],
    [5, 'Spawner.b'],
    [8, 'Spawner.c'],
  ]);
});

test.each(['toString', 'constructor', '__proto__', 'valueOf'])('%s is a name like any other', (trait) => {
  expect(readPeerConfig(`c.Spawner.${trait} = 1`)).toEqual([
    { line: 1, trait: `Spawner.${trait}`, settings: [], advice: 'there is nothing like it here' },
  ]);
});

test('every trait may have a value of any kind', () => {
  const values = ['None', 'True', '-1', "'a\\nb'", '[1, [2]]', "{'a': {'b': [1]}}"];
  for (const [name, traits] of Object.entries(classes))
    for (const trait of Object.keys(traits))
      for (const value of values)
        expect(readPeerConfig(`c.${name}.${trait} = ${value}`), `${name}.${trait} = ${value}`).toHaveLength(1);
});
