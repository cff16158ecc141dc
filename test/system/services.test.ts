import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
