import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenOf } from './support/kernel.ts';
import { eventually } from './support/machine.ts';
import { noteSecret } from './support/secrets.ts';
import { machine, passwords, visitor } from './support/suite.ts';
import type { Visitor } from './support/visitor.ts';

const dropin = '/etc/tshub/tshub.toml.d/40-services.toml';
const token = randomBytes(32).toString('hex');
/** ada and grace may use it, bob may not. */
const settings = `
[services.grader]
url = "http://127.0.0.1:9999"
user = "www-data"
oauth_client_allowed_scopes = ["read:servers!user"]
[roles.graders]
scopes = ["access:services!service=grader"]
users = ["ada"]
`;
const unit = `
[Service]
User=www-data
LoadCredential=token:/etc/tshub/services/grader
Environment=JUPYTERHUB_SERVICE_NAME=grader JUPYTERHUB_CLIENT_ID=service-grader JUPYTERHUB_BASE_URL=/
Environment=JUPYTERHUB_API_URL=http://127.0.0.1:8081/hub/api
Environment=JUPYTERHUB_SERVICE_PREFIX=/services/grader/ JUPYTERHUB_OAUTH_CALLBACK_URL=/services/grader/oauth_callback
Environment='JUPYTERHUB_OAUTH_ACCESS_SCOPES=["access:services", "access:services!service=grader"]'
ExecStart=/bin/sh -c 'JUPYTERHUB_API_TOKEN=$(cat "$CREDENTIALS_DIRECTORY/token") exec /usr/bin/python3 /opt/grader.py'
`;

const hubAnswers = () => eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);

beforeAll(async () => {
  noteSecret(token);
  await machine.write('/etc/tshub/services/grader', token, '0600');
  await machine.write(dropin, settings);
  await machine.push(join(import.meta.dirname, 'fixtures/service.py'), '/opt/grader.py');
  await machine.write('/etc/systemd/system/grader.service', unit);
  await machine.sh('chmod 0644 /opt/grader.py; systemctl daemon-reload');
  await machine.run(['systemctl', 'reload', 'tshub-proxyd']);
  await machine.run(['systemctl', 'restart', 'tshub']);
  await machine.run(['systemctl', 'start', 'grader']);
  await hubAnswers();
  await eventually('the service answers', async () => (await fetch(`${machine.url}/services/grader/token`)).ok);
});
afterAll(async () => {
  await machine.sh(
    `systemctl stop grader; rm -f ${dropin} /etc/tshub/services/grader /etc/systemd/system/grader.service /opt/grader.py; systemctl daemon-reload`,
  );
  await machine.run(['systemctl', 'reload', 'tshub-proxyd']);
  await machine.run(['systemctl', 'restart', 'tshub']);
  await hubAnswers();
});

/** Agrees to what the confirmation page asks, and goes on to where it leads. */
async function agree(guest: Visitor, path: string): Promise<{ status: number; text: string; path: string }> {
  const page = await guest.visit(path);
  expect(page.text).toContain('JupyterHub service grader');
  const body = new URLSearchParams({ _xsrf: /name="_xsrf"\s+value="([^"]*)"/.exec(page.text)?.[1] ?? '' });
  for (const [, scope = ''] of page.text.matchAll(/name="scopes" value="([^"]*)"/g)) body.append('scopes', scope);
  return guest.visit(page.path, { method: 'POST', body });
}

test('HubOAuth lets somebody in who agrees, asks once, and lets nobody in after the logout', async () => {
  const guest = visitor();
  expect((await guest.logIn('ada', passwords.ada)).status).toBe(302);
  const page = await agree(guest, '/services/grader/');
  expect([page.status, page.path.split('?')[0]]).toEqual([200, '/services/grader/']);
  const who = JSON.parse(page.text) as { name: string; scopes: string[] };
  expect(who.name).toBe('ada');
  expect(who.scopes).toContain('access:services!service=grader');
  expect(who.scopes).toContain('read:servers!user=ada');

  // Without the service's own cookies: the hub sends the browser on without asking again.
  for (const name of guest.cookies.keys()) if (name.startsWith('service-')) guest.cookies.delete(name);
  expect((await guest.visit('/services/grader/')).text).toContain('"ada"');

  // The page first: this visitor keeps one cookie of a name, and the service has an _xsrf of its own.
  await guest.visit('/hub/logout');
  expect((await guest.post('/hub/logout', {})).status).toBe(302);
  const later = await guest.visit('/services/grader/');
  expect(later.path).toMatch(/^\/hub\/login/);
});

test('somebody who may not use it is told so', async () => {
  const guest = visitor();
  await guest.logIn('bob', passwords.bob);
  const page = await guest.visit('/services/grader/');
  expect([page.status, page.text]).toEqual([403, expect.stringContaining('JupyterHub service grader')]);
});

test('HubAuth finds out whose a token is', async () => {
  const ask = async (text: string): Promise<unknown> => {
    const answer = await fetch(`${machine.url}/services/grader/token`, { headers: { Authorization: `token ${text}` } });
    return answer.json();
  };
  expect(await ask(await tokenOf('ada', 'self'))).toMatchObject({ kind: 'user', name: 'ada' });
  expect(await ask(token)).toMatchObject({ kind: 'service', name: 'grader' });
  expect(await ask('no-token-of-anybody')).toBeNull();
});

test('the token of the service is nowhere that another account can read', async () => {
  const seen = await machine.sh(
    'cat /etc/tshub/services/* 2>&1; systemctl show grader tshub; cat /etc/tshub/tshub.toml.d/*; ps -ewwo args',
    { user: 'bob' },
  );
  expect(seen).not.toContain(token);
});

test('the proxy sends nothing to another account that listens in its place', async () => {
  await machine.run(['systemctl', 'stop', 'grader']);
  await machine.run([
    'systemd-run',
    '--unit=impostor',
    '--uid=bob',
    'python3',
    '-m',
    'http.server',
    '9999',
    '--bind',
    '127.0.0.1',
  ]);
  await eventually('the impostor listens', async () => (await machine.sh('ss -Hltn sport = :9999')) !== '');
  const answer = await fetch(`${machine.url}/services/grader/`);
  expect(answer.status).toBe(502);
  await machine.run(['systemctl', 'stop', 'impostor']);
  await machine.run(['systemctl', 'start', 'grader']);
});

test('a shutdown over the API ends the hub and its socket, and leaves the rest', async () => {
  await machine.write(dropin, `${settings}[roles.stopper]\nscopes = ["shutdown"]\nservices = ["grader"]\n`);
  await machine.run(['systemctl', 'restart', 'tshub']);
  await hubAnswers();
  const answer = await fetch(`${machine.url}/hub/api/shutdown`, {
    method: 'POST',
    headers: { Authorization: `token ${token}` },
  });
  expect(answer.status).toBe(202);
  const stateOf = async (name: string) => (await machine.show(name, 'ActiveState'))['ActiveState'];
  await eventually('the hub has ended', async () => (await stateOf('tshub.service')) === 'inactive');
  await eventually('its socket is closed', async () => (await stateOf('tshub-hub.socket')) === 'inactive');
  expect(await stateOf('tshub-proxyd.service')).toBe('active');
  expect(await stateOf('grader.service')).toBe('active');
  await machine.run(['systemctl', 'start', 'tshub']);
  await hubAnswers();
});

describe('a service whose command tshub runs', () => {
  const managedToken = randomBytes(32).toString('hex');
  const managedDropin = '/etc/tshub/tshub.toml.d/41-managed.toml';
  const managedUnit = 'tshub-service-dash.service';
  const managedSettings = (environment: string): string => `
[services.dash]
url = "http://127.0.0.1:9997"
user = "svc-dash"
dynamic_user = true
command = ["/usr/bin/python3", "/opt/dash.py"]
mem_limit = "512M"
environment = { ${environment} }
oauth_no_confirm = true
[roles.dashers]
scopes = ["access:services!service=dash"]
users = ["ada"]
`;
  const facts = (...names: string[]) => machine.show(managedUnit, ...names);
  const shown = async () =>
    (
      JSON.parse((await machine.run(['tshubctl', 'service', 'show', 'dash', '--json'])).out) as {
        service: { pid: number; state?: { active: string; reason: string; unit: string } };
      }
    ).service;
  const restartHub = async (): Promise<void> => {
    await machine.run(['systemctl', 'reload', 'tshub-proxyd']);
    await machine.run(['systemctl', 'try-restart', 'tshub-spawnerd']);
    await machine.run(['systemctl', 'restart', 'tshub']);
    await hubAnswers();
  };
  const answers = () =>
    eventually('the service answers', async () => (await fetch(`${machine.url}/services/dash/token`)).ok);

  beforeAll(async () => {
    noteSecret(managedToken);
    await machine.push(join(import.meta.dirname, 'fixtures/service.py'), '/opt/dash.py');
    await machine.sh('sed -i s/9999/9997/ /opt/dash.py; chmod 0644 /opt/dash.py');
    await machine.write('/etc/tshub/services/dash', managedToken, '0600');
    await machine.write(managedDropin, managedSettings('COURSE = "algebra"'));
    await restartHub();
    await answers();
  });
  afterAll(async () => {
    await machine.sh(`rm -f ${managedDropin} /etc/tshub/services/dash /opt/dash.py`);
    await restartHub();
    await eventually(
      'what the settings want no more is stopped',
      async () => (await facts('ActiveState'))['ActiveState'] === 'inactive',
    );
  });

  test('runs as a unit of its own, with its limits, as nobody of the host, and not below the hub', async () => {
    const found = await facts('DynamicUser', 'User', 'MemoryMax', 'Slice', 'Restart', 'ControlGroup', 'MainPID');
    expect(found).toMatchObject({
      DynamicUser: 'yes',
      User: 'svc-dash',
      MemoryMax: String(512 << 20),
      Slice: 'tshub-services.slice',
      Restart: 'on-failure',
    });
    expect(await machine.sh(`ps -o ppid= -p ${found['MainPID']}`)).toBe('1');
    expect(await shown()).toMatchObject({
      pid: Number(found['MainPID']),
      state: { active: 'active', unit: managedUnit, reason: '' },
    });
  });

  test('the real HubOAuth in it lets ada in, and nobody else', async () => {
    const guest = visitor();
    await guest.logIn('ada', passwords.ada);
    const page = await guest.visit('/services/dash/');
    expect([page.status, (JSON.parse(page.text) as { name: string }).name]).toEqual([200, 'ada']);
    const other = visitor();
    await other.logIn('bob', passwords.bob);
    expect((await other.visit('/services/dash/')).status).toBe(403);
  });

  test('its token is nowhere that another account can read', async () => {
    const seen = await machine.sh(
      `cat /etc/tshub/services/* 2>&1; systemctl show ${managedUnit}; systemctl cat ${managedUnit}; ps -ewwo args`,
      { user: 'bob' },
    );
    expect(seen).not.toContain(managedToken);
  });

  test('a restart of the hub leaves it alone, and new settings start it anew', async () => {
    const pid = async () => (await facts('MainPID'))['MainPID'];
    const before = await pid();
    await restartHub();
    await answers();
    expect(await pid()).toBe(before);
    await machine.write(managedDropin, managedSettings('COURSE = "geometry"'));
    await restartHub();
    await eventually('it runs anew', async () => !['0', before].includes(await pid()));
    expect((await facts('Environment'))['Environment']).toContain('COURSE=geometry');
    await answers();
  });

  test('it is started again when it is killed', async () => {
    const before = (await facts('MainPID'))['MainPID'];
    await machine.run(['systemctl', 'kill', '--signal=SIGKILL', managedUnit]);
    await eventually('it runs again', async () => !['0', before].includes((await facts('MainPID'))['MainPID']));
    await answers();
  });
});
