import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverReady } from './support/server.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';
import { installWeb, web, withoutSettings, withSettings } from './support/settings.ts';

const unit = 'tshub-server-ada.service';
const settings = `
[[profiles]]
name = "plain"
title = "Plain"
settings = { command = ["${web}", "unix:{socket}"] }

[[profiles]]
name = "port"
title = "By a port"
description = "Listens on TCP."
[profiles.settings]
transport = "tcp"
command = ["${web}", "{port}"]
mem_limit = "512M"
[profiles.options.memory]
title = "Memory"
setting = "mem_limit"
values = ["256M", "512M"]
default = "256M"
[profiles.options.cores]
setting = "cpu_limit"
min = 0.5
max = 2
default = 1

[[profiles]]
name = "staff"
allowed_groups = ["tshub-admin"]
settings = { disable_user_sudo = false, command = ["${web}", "unix:{socket}"] }
`;

beforeAll(async () => {
  await stopServer('ada');
  await installWeb();
  await withSettings(settings);
});
afterAll(async () => {
  await stopServer('ada');
  await withoutSettings();
});

test('a page asks what to start, and starts what was chosen', async () => {
  const guest = visitor();
  await guest.logIn('ada', passwords.ada);
  const page = await guest.visit('/hub/spawn/ada');
  expect(page.text).toContain('Start By a port');
  expect(page.text).toMatch(/<select id="port_memory" name="opt-memory"\s*>/);
  expect(page.text).not.toContain('opt-profile" value="staff"');
  await guest.post('/hub/spawn/ada', { 'opt-profile': 'port', 'opt-memory': '512M', 'opt-cores': '1.5' });
  await serverReady('ada');
  expect(await machine.show(unit, 'MemoryMax', 'CPUQuotaPerSecUSec')).toEqual({
    MemoryMax: String(512 * 2 ** 20),
    CPUQuotaPerSecUSec: '1.500000s',
  });
  const answer = await guest.fetch('/user/ada/hello');
  expect(await answer.text()).toContain('/user/ada/hello by ');
});

test('a server on a port is found again by a hub that was restarted', async () => {
  const { target } = JSON.parse(
    await machine.sh('tshubctl route list --json | jq ".routes[] | select(.prefix == \\"/user/ada/\\")"'),
  ) as { target: string };
  expect(target).toMatch(/^tcp:127\.0\.0\.1:2\d{4}$/);
  await machine.run(['systemctl', 'restart', 'tshub', 'tshub-proxyd']);
  await serverReady('ada');
  const guest = visitor();
  await guest.logIn('ada', passwords.ada);
  expect((await guest.fetch('/user/ada/again')).status).toBe(200);
});

test('whoever else listens on the port of a server is not taken for it', async () => {
  await stopServer('ada');
  const [sleeper, squatter] = [
    'settings = { transport = "tcp", command = ["/usr/bin/env", "PORT={port}", "sleep", "600"] }',
    'squatter',
  ];
  await withSettings(
    `[spawner]\ntcp_port_min = 20500\ntcp_port_max = 20500\nhttp_timeout = 4\n[[profiles]]\nname = "sleeper"\n${sleeper}\n`,
  );
  await machine.run(['systemd-run', '--uid=bob', `--unit=${squatter}`, web, '20500']);
  const { code, err } = await machine.run(['tshubctl', 'server', 'start', 'ada'], { user: 'ada', fails: true });
  expect(code).toBe(1);
  expect(err).toContain('did not answer within 4 s');
  expect(await machine.sh('tshubctl route list --json')).not.toContain('/user/ada/');
  await machine.run(['systemctl', 'stop', squatter]);
  await withSettings(settings);
});

test.each([
  ['--profile=nothing', 'there is no profile "nothing" for ada'],
  ['--profile=staff', 'there is no profile "staff" for ada'],
  ['--option=cores=64', 'option cores of the profile port: expected from 0.5 to 2, found "64"'],
  ['--option=command=/bin/sh', 'the profile port has no option "command"'],
])('tshubctl server start with %s is refused', async (option, problem) => {
  await stopServer('ada');
  const profile = option.startsWith('--option') ? ['--profile=port'] : [];
  const { code, err } = await machine.run(['tshubctl', 'server', 'start', 'ada', ...profile, option], {
    user: 'ada',
    fails: true,
  });
  expect(code).toBe(2);
  expect(err).toContain(problem);
});

test('the hub itself cannot choose for somebody what root gives to others', async () => {
  const environment = ['8', ...hubEnvironment()];
  const call = ['call', 'org.tshub.Spawner1', '/org/tshub/Spawner1', 'org.tshub.Spawner1', 'Start', 'sssa{ss}a{ss}'];
  for (const [profile, ...options] of [
    ['staff', '0'],
    ['port', '1', 'cores', '64'],
    ['port', '1', 'disable_user_sudo', 'false'],
  ]) {
    const { code, err } = await machine.run(['busctl', ...call, 'ada', '', profile ?? '', ...options, ...environment], {
      user: 'tshub',
      fails: true,
    });
    expect(code).not.toBe(0);
    expect(err).toMatch(/there is no profile|option/);
  }
  expect((await machine.show(unit, 'ActiveState'))['ActiveState']).toBe('inactive');
});

/** What hubd would send for ada's server. */
function hubEnvironment(): string[] {
  const variables = {
    JUPYTERHUB_API_TOKEN: 'a-token-of-the-test-0123456789',
    JUPYTERHUB_API_URL: 'http://127.0.0.1:8081/hub/api',
    JUPYTERHUB_BASE_URL: '/',
    JUPYTERHUB_CLIENT_ID: 'jupyterhub-user-ada',
    JUPYTERHUB_OAUTH_CALLBACK_URL: '/user/ada/oauth_callback',
    JUPYTERHUB_SERVER_NAME: '',
    JUPYTERHUB_SERVICE_PREFIX: '/user/ada/',
    JUPYTERHUB_USER: 'ada',
  };
  return Object.entries(variables).flat();
}
