import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { noteSecret } from './support/secrets.ts';
import { machine, visitor } from './support/suite.ts';

// Debian's JupyterHub with this proxy instead of configurable-http-proxy: tshub's own hub is away meanwhile.

const proxyToken = randomBytes(16).toString('hex');
const adminToken = randomBytes(16).toString('hex');
const password = `pw-${randomBytes(9).toString('base64url')}`;
noteSecret(proxyToken, adminToken, password);

const config = `
c.JupyterHub.hub_bind_url = 'http://127.0.0.1:8091'
c.JupyterHub.db_url = 'sqlite:////home/ada/other-hub/hub.sqlite'
c.JupyterHub.cookie_secret_file = '/home/ada/other-hub/cookie-secret'
c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = '${password}'
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = 'simple'
c.SimpleLocalProcessSpawner.home_dir_template = '/home/ada/other-hub/{username}'
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:8001'
c.ConfigurableHTTPProxy.auth_token = '${proxyToken}'
c.JupyterHub.services = [{'name': 'checker', 'api_token': '${adminToken}'}]
c.JupyterHub.load_roles = [{'name': 'checker', 'services': ['checker'], 'scopes': ['admin:users', 'admin:servers', 'proxy']}]
`;

async function routes(): Promise<Record<string, Record<string, unknown>>> {
  const curl = 'curl --silent --show-error --fail --unix-socket /run/tshub-proxy/api.sock http://proxy/api/routes';
  return JSON.parse(await machine.sh(curl)) as Record<string, Record<string, unknown>>;
}

async function askHub(method: string, path: string): Promise<Response> {
  return fetch(`${machine.url}/hub/api${path}`, { method, headers: { authorization: `token ${adminToken}` } });
}

beforeAll(async () => {
  await machine.run(['systemctl', 'stop', 'tshub']);
  await machine.write('/etc/tshub/tshub.toml.d/50-api.toml', '[proxy_api]\nlisten = "127.0.0.1:8001"\n');
  await machine.write('/etc/credstore/tshub-proxy.api-token', proxyToken, '0600');
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await machine.run(['install', '-d', '-o', 'ada', '-g', 'ada', '-m', '0700', '/home/ada/other-hub']);
  await machine.write('/home/ada/other-hub/config.py', config);
  const asAda = ['--uid=ada', '--gid=ada', '--working-directory=/home/ada/other-hub'];
  await machine.run(['systemd-run', '--unit=other-hub', '--collect', ...asAda, 'jupyterhub', '-f', 'config.py']);
  await eventually('the other hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok, 120);
});

afterAll(async () => {
  await machine.run(['systemctl', 'stop', 'other-hub'], { fails: true });
  for (const path of Object.keys(await routes())) {
    const url = `http://proxy/api/routes${encodeURI(path)}`;
    await machine.run(['curl', '--silent', '--unix-socket', '/run/tshub-proxy/api.sock', '-X', 'DELETE', url]);
  }
  await machine.sh(
    'rm -rf /etc/tshub/tshub.toml.d/50-api.toml /etc/credstore/tshub-proxy.api-token /home/ada/other-hub',
  );
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  await machine.run(['systemctl', 'start', 'tshub']);
  await eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
});

test('it finds its proxy and adds its own route', async () => {
  expect(await (await fetch(`${machine.url}/hub/api`)).json()).toEqual({ version: '5.2.1' });
  expect(await routes()).toMatchObject({ '/': { target: 'http://127.0.0.1:8091', hub: true, jupyterhub: true } });
});

test('somebody logs in, and gets a server through this proxy', async () => {
  const guest = visitor();
  expect((await guest.logIn('zoe@uni', password)).status).toBe(302);
  await guest.visit('/hub/spawn/zoe@uni');
  await eventually('there is a route', async () => '/user/zoe@uni' in (await routes()), 120);
  expect(await routes()).toMatchObject({ '/user/zoe@uni': { user: 'zoe@uni', server_name: '', jupyterhub: true } });
  const page = await guest.visit('/user/zoe@uni/lab');
  expect(page).toMatchObject({ status: 200, path: '/user/zoe@uni/lab' });
  expect(page.text).toContain('jupyter-config-data');
});

test('what it checks of its routes is as it should be', async () => {
  const before = await routes();
  expect((await askHub('POST', '/proxy')).status).toBe(200);
  const listed = (await (await askHub('GET', '/proxy')).json()) as Record<string, unknown>;
  expect(Object.keys(listed).toSorted()).toEqual(['/', '/user/zoe@uni/']);
  expect(Object.keys(await routes()).toSorted()).toEqual(Object.keys(before).toSorted());
  const said = (await machine.journal('-u', 'other-hub')).map((one) => String(one['MESSAGE'])).join('\n');
  expect(said).not.toMatch(/(Adding missing|Updating|Deleting stale) route|Updating Hub route/);
});

test('a restart of the proxy alone loses no route', async () => {
  const before = await routes();
  await machine.run(['systemctl', 'restart', 'tshub-proxyd']);
  expect(Object.keys(await routes())).toEqual(Object.keys(before));
  expect((await fetch(`${machine.url}/user/zoe@uni/api`)).status).toBe(200);
});

test('a stranger has no token and changes nothing', async () => {
  const curl = 'curl --silent --output /dev/null --write-out "%{http_code}"';
  expect(await machine.sh(`${curl} http://127.0.0.1:8001/api/routes`, { user: 'bob' })).toBe('403');
  const overSocket = await machine.run(
    ['curl', '--unix-socket', '/run/tshub-proxy/api.sock', 'http://proxy/api/routes'],
    {
      user: 'bob',
      fails: true,
    },
  );
  expect(overSocket.code).toBe(7);
});

test('a server that is stopped has no route any more', async () => {
  expect([202, 204]).toContain((await askHub('DELETE', '/users/zoe@uni/server')).status);
  await eventually('the route is gone', async () => Object.keys(await routes()).length === 1);
});
