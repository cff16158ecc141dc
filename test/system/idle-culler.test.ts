import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './support/machine.ts';
import { peerWheel } from './support/peer-wheel.ts';
import { noteSecret } from './support/secrets.ts';
import { show, visitorWithServer } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';

/** The real jupyterhub-idle-culler, as its documentation has it: a service with a token of the scopes that it names. */

const dropin = '/etc/tshub/tshub.toml.d/61-idle-culler.toml';
const wheel = '/opt/jupyterhub_idle_culler.whl';
const token = randomBytes(32).toString('hex');
const settings = `
[hub]
allow_named_servers = true
last_activity_interval = 1
[culler]
enabled = false
[services.idle]
[roles.idle]
scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers", "admin:users"]
services = ["idle"]
`;

const hubAnswers = () => eventually('the hub answers', async () => (await fetch(`${machine.url}/hub/health`)).ok);
const apply = async (): Promise<void> => {
  await machine.run(['systemctl', 'restart', 'tshub']);
  await machine.run(['systemctl', 'reload', 'tshub-cullerd']);
  await hubAnswers();
};

beforeAll(async () => {
  noteSecret(token);
  await machine.push(await peerWheel('jupyterhub-idle-culler', '2.0.0'), wheel);
  await machine.write('/etc/tshub/services/idle', token, '0600');
  await machine.write(dropin, settings);
  await apply();
});
afterAll(async () => {
  await machine.sh(`systemctl stop idle-culler 2>/dev/null; rm -f ${dropin} /etc/tshub/services/idle ${wheel}`);
  await apply();
});

/** Runs it as it is, a wheel that Python reads, until it is told to stop. */
async function runCuller(...flags: readonly string[]): Promise<void> {
  const environment = [
    `--setenv=PYTHONPATH=${wheel}`,
    '--setenv=JUPYTERHUB_API_URL=http://127.0.0.1:8081/hub/api',
    '--property=LoadCredential=token:/etc/tshub/services/idle',
  ];
  const program = `JUPYTERHUB_API_TOKEN=$(cat "$CREDENTIALS_DIRECTORY/token") exec python3 -m jupyterhub_idle_culler ${flags.join(' ')}`;
  await machine.sh('systemctl stop idle-culler 2>/dev/null; systemctl reset-failed idle-culler 2>/dev/null; true');
  await machine.run(['systemd-run', '--unit=idle-culler', '--uid=nobody', ...environment, '/bin/sh', '-c', program]);
}

const said = async (): Promise<string> =>
  (await machine.journal('-u', 'idle-culler')).map((entry) => String(entry['MESSAGE'])).join('\n');

test('it stops a server that is idle, and leaves one that is used', async () => {
  await visitorWithServer('ada');
  const bob = await visitorWithServer('bob');
  await runCuller('--timeout=20', '--cull-every=1');
  const idleStops = async (): Promise<boolean> => {
    await bob.fetch('/user/bob/api/status');
    return !(await show('ada')).ready;
  };
  await eventually('the idle server is stopped', idleStops, 90);
  expect((await show('bob')).ready).toBe(true);
  await eventually('so is the other one, when nobody uses it any more', async () => !(await show('bob')).ready, 90);
  expect(await said()).not.toMatch(/Traceback|HTTP [45]/);
});

test('it removes named servers and deletes users who have none', async () => {
  await machine.run(['tshubctl', 'user', 'create', 'passing']);
  await machine.run(['tshubctl', 'server', 'start', 'ada', 'lab']);
  await runCuller(
    '--timeout=3',
    '--cull-every=1',
    '--cull-users=True',
    '--cull-admin-users=False',
    '--remove-named-servers=True',
  );
  const users = async () => (await machine.run(['tshubctl', 'user', 'list', '--json'])).out;
  await eventually('the user is deleted', async () => !(await users()).includes('"passing"'), 60);
  await eventually(
    'the server is forgotten',
    async () => (await machine.run(['tshubctl', 'server', 'show', 'ada', 'lab'], { fails: true })).code === 3,
    60,
  );
  expect(await said()).not.toMatch(/Traceback/);
  await stopServer('ada');
});
