import { beforeAll, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { notedSecrets } from './support/secrets.ts';
import { serverReady, visitorWithServer } from './support/server.ts';
import { machine, stopServer } from './support/suite.ts';

const unit = 'tshub-server-ada.service';
const folder = `/run/tshub-servers/${createHash('sha256').update('ada\0').digest('hex').slice(0, 16)}`;

beforeAll(async () => {
  await stopServer('ada');
  await visitorWithServer('ada');
});

test('the server runs as its user, in the slice of its user', async () => {
  const { MainPID, Slice, ControlGroup, Transient } = await machine.show(
    unit,
    'MainPID',
    'Slice',
    'ControlGroup',
    'Transient',
  );
  expect(Slice).toBe('tshub-users-ada.slice');
  expect(Transient).toBe('yes');
  expect(ControlGroup).toBe('/tshub.slice/tshub-users.slice/tshub-users-ada.slice/tshub-server-ada.service');
  expect(await machine.sh(`stat -c %U /proc/${MainPID}`)).toBe('ada');
  expect(await machine.sh(`cat /proc/${MainPID}/cgroup`)).toContain(ControlGroup);
});

test('limits and sandbox are what the settings say', async () => {
  const shown = await machine.show(
    unit,
    'MemoryMax',
    'CPUQuotaPerSecUSec',
    'TasksMax',
    'PrivateTmp',
    'NoNewPrivileges',
    'ReadOnlyPaths',
    'ReadWritePaths',
    'User',
    'PAMName',
  );
  expect(shown).toEqual({
    MemoryMax: String(2 ** 30),
    CPUQuotaPerSecUSec: '1.500000s',
    TasksMax: '900',
    PrivateTmp: 'yes',
    NoNewPrivileges: 'yes',
    ReadOnlyPaths: '/opt -/no/such/path',
    ReadWritePaths: '/opt/shared',
    User: 'ada',
    PAMName: 'tshub-server',
  });
});

test('the sandbox holds inside the server', async () => {
  const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
  const inside = async (script: string) =>
    (
      await machine.run(
        [
          'nsenter',
          '--target',
          pid ?? '',
          '--mount',
          'setpriv',
          '--reuid=ada',
          '--regid=ada',
          '--init-groups',
          'bash',
          '-c',
          script,
        ],
        { fails: true },
      )
    ).code;
  expect(await inside('touch /opt/x')).not.toBe(0);
  expect(await inside('touch /opt/shared/x')).toBe(0);
  await machine.sh('echo secret > /tmp/of-the-host && chmod 644 /tmp/of-the-host');
  expect(await inside('cat /tmp/of-the-host')).not.toBe(0);
  expect(await machine.sh(`grep NoNewPrivs /proc/${pid}/status`)).toMatch(/1$/);
});

test('the socket can be reached by the proxy and the owner, by nobody else', async () => {
  const connect = `import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect("${folder}/sock")`;
  const tries = async (user: string) => (await machine.run(['python3', '-c', connect], { user, fails: true })).code;
  expect(await tries('tshub-proxy')).toBe(0);
  expect(await tries('ada')).toBe(0);
  expect(await tries('bob')).not.toBe(0);
  expect(await tries('tshub')).not.toBe(0);
});

test('a socket swapped for a link to a neighbour is not followed to the neighbour', async () => {
  const guest = await visitorWithServer('bob');
  const neighbour = `/run/tshub-servers/${createHash('sha256').update('bob\0').digest('hex').slice(0, 16)}/sock`;
  await machine.sh(`mv ${folder}/sock ${folder}/aside && ln -s ${neighbour} ${folder}/sock`, { user: 'ada' });
  // The proxy itself could reach bob's socket through the link; it must notice whose process answers.
  const answer = await guest.fetch('/user/ada/api');
  const text = await answer.text();
  await machine.sh(`rm ${folder}/sock && mv ${folder}/aside ${folder}/sock`, { user: 'ada' });
  expect(answer.status).toBe(502);
  expect(text).not.toContain('version');
  const refusals = await machine.journal('-u', 'tshub-proxyd', 'TSHUB_EVENT=route-refused');
  expect(refusals.length).toBeGreaterThan(0);
});

test('no secret is in any property, unit file or command line', async () => {
  const secrets = notedSecrets();
  expect(secrets.length).toBeGreaterThan(8);
  const everything = await machine.sh(
    `systemctl show '*'; busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/tshub_2dserver_2dada_2eservice org.freedesktop.systemd1.Service Environment; cat /run/systemd/transient/* /run/systemd/system/* 2>/dev/null; ps axww -o args; busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager GetUnitProcesses s ${unit}`,
    { user: 'erin', fails: true },
  );
  expect(everything).toContain('tshub-server-ada.service');
  for (const secret of secrets)
    expect(everything.includes(secret), `a secret starting with ${secret.slice(0, 3)}`).toBe(false);
  expect(await machine.sh('ls -A /run/tshub-spawnerd')).toBe('');
});

test('a setting for a user server reaches it, and the home directory is its own', async () => {
  const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
  const environment = await machine.sh(`tr '\\0' '\\n' < /proc/${pid}/environ`);
  expect(environment).toContain('COURSE=algebra');
  expect(environment).toContain('HOME=/home/ada');
  expect(await machine.sh(`readlink /proc/${pid}/cwd`)).toBe('/home/ada');
});

test('a user without an account gets a dynamic user with a state directory that lasts', async () => {
  await machine.write(
    '/etc/tshub/tshub.toml.d/50-dynamic.toml',
    '[spawner]\ndynamic_users = true\n[login]\nauthenticator = "dummy"\ndummy_is_for_tests_only = true\ndummy_password = "dummy-password-for-tests"\n',
  );
  await machine.run(['systemctl', 'restart', 'tshub']);
  try {
    const { Visitor } = await import('./support/visitor.ts');
    const guest = new Visitor(machine.url);
    expect((await guest.logIn('newcomer', 'dummy-password-for-tests')).status).toBe(302);
    await guest.visit('/hub/spawn/newcomer');
    await serverReady('newcomer');
    const shown = await machine.show(
      'tshub-server-newcomer.service',
      'DynamicUser',
      'StateDirectory',
      'MainPID',
      'UID',
    );
    expect(shown['DynamicUser']).toBe('yes');
    expect(Number(shown['UID'])).toBeGreaterThanOrEqual(61184);
    expect(shown['StateDirectory']).toMatch(/^tshub-dynamic\/[0-9a-f]{16}/);
    expect(await machine.sh(`stat -c %u /proc/${shown['MainPID']}`)).toBe(shown['UID']);
    const reached = await guest.fetch('/user/newcomer/api');
    expect(reached.status).toBe(200);
    const home = await machine.sh(`tr '\\0' '\\n' < /proc/${shown['MainPID']}/environ | grep ^HOME= | cut -d= -f2`);
    await machine.sh(`echo kept > ${home}/note`);
    await stopServer('newcomer');
    expect(await machine.sh(`cat ${home}/note`)).toBe('kept');
  } finally {
    await stopServer('newcomer');
    await machine.sh('rm /etc/tshub/tshub.toml.d/50-dynamic.toml');
    await machine.run(['systemctl', 'restart', 'tshub']);
    await machine.run(['systemctl', 'try-restart', 'tshub-spawnerd']);
  }
});
