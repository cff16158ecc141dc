import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machine, stopServer } from './support/suite.ts';
import { inside, installWeb, web, withoutSettings, withSettings } from './support/settings.ts';

const unit = 'tshub-server-ada.service';
const slice = 'tshub-users-ada.slice';

/** Each setting, and what PID 1 says of the unit; the names are systemctl's. */
const rows: Array<readonly [setting: string, property: string, shown: string]> = [
  ['mem_limit = "1G"', 'MemoryMax', String(2 ** 30)],
  ['mem_high = "900M"', 'MemoryHigh', String(900 * 2 ** 20)],
  ['mem_guarantee = "64M"', 'MemoryLow', String(64 * 2 ** 20)],
  ['swap_limit = 0', 'MemorySwapMax', '0'],
  ['cpu_limit = 1.25', 'CPUQuotaPerSecUSec', '1.250000s'],
  ['cpu_weight = 50', 'CPUWeight', '50'],
  ['io_weight = 60', 'IOWeight', '60'],
  ['tasks_max = 123', 'TasksMax', '123'],
  ['runtime_max = 86400', 'RuntimeMaxUSec', '1d'],
  ['oom_policy = "stop"', 'OOMPolicy', 'stop'],
  ['log_rate_limit_burst = 100', 'LogRateLimitBurst', '100'],
  ['log_rate_limit_interval = 10', 'LogRateLimitIntervalUSec', '10s'],
  ['isolate_tmp = true', 'PrivateTmp', 'yes'],
  ['isolate_devices = true', 'PrivateDevices', 'yes'],
  ['isolate_homes = true', 'ProtectHome', 'tmpfs'],
  ['disable_user_sudo = true', 'NoNewPrivileges', 'yes'],
  ['readonly_paths = ["/usr", "-/no"]', 'ReadOnlyPaths', '/usr -/no'],
  ['readwrite_paths = ["/usr/local"]', 'ReadWritePaths', '/usr/local'],
  ['inaccessible_paths = ["/opt/secret"]', 'InaccessiblePaths', '/opt/secret'],
  ['hidden_paths = ["/srv/homes"]', 'TemporaryFileSystem', '/srv/homes:ro,mode=0755 /mnt:ro'],
  [
    'bind_paths = ["/srv/data/{USERNAME}:/data"]',
    'BindPaths',
    '/home/ada:/home/ada:rbind /srv/data/ada:/data:rbind -/dev/net/tun:/dev/net/tun',
  ],
  ['bind_readonly_paths = ["/srv/course"]', 'BindReadOnlyPaths', '/srv/course:/srv/course:rbind'],
  ['devices = ["-/dev/net/tun"]', 'DevicePolicy', 'closed'],
  ['', 'DeviceAllow', '/dev/net/tun rw'],
  ['extra_groups = ["video"]', 'SupplementaryGroups', 'video'],
  ['slice = "students.slice"', 'Slice', 'students-ada.slice'],
  ['user_workingdir = "/srv/data/{USERNAME}"', 'WorkingDirectory', '/srv/data/ada'],
  ['stop_signal = "SIGTERM"', 'KillSignal', '15'],
  ['stop_timeout = 7', 'TimeoutStopUSec', '7s'],
  ['start_timeout = 33', 'TimeoutStartUSec', '33s'],
  ['pam_session = true', 'PAMName', 'tshub-server'],
];

/** Entries of unit_extra_properties, one of each kind. */
const extras: Array<readonly [entry: string, property: string, shown: string]> = [
  ['AllowedCPUs = "0"', 'AllowedCPUs', '0'],
  ['CPUQuotaPeriodSec = "10ms"', 'CPUQuotaPeriodUSec', '10ms'],
  ['IOWriteBandwidthMax = ["/dev/null 10M"]', 'IOWriteBandwidthMax', '/dev/null 10485760'],
  ['IPAddressDeny = "2001:db8::/32"', 'IPAddressDeny', '2001:db8::/32'],
  ['LimitNOFILE = 65536', 'LimitNOFILE', '65536'],
  ['LimitMEMLOCK = "8M"', 'LimitMEMLOCK', '8388608'],
  ['MemoryZSwapMax = "1M"', 'MemoryZSwapMax', '1048576'],
  ['Nice = 5', 'Nice', '5'],
  ['OOMScoreAdjust = 200', 'OOMScoreAdjust', '200'],
  ['ProtectKernelLogs = true', 'ProtectKernelLogs', 'yes'],
  ['ProtectSystem = "full"', 'ProtectSystem', 'full'],
  ['RestrictAddressFamilies = ["AF_UNIX", "AF_INET"]', 'RestrictAddressFamilies', 'AF_INET AF_UNIX'],
  ['RuntimeRandomizedExtraSec = "1min"', 'RuntimeRandomizedExtraUSec', '1min'],
  ['SystemCallFilter = "~@swap"', 'SystemCallFilter', '~swapoff swapon'],
  ['TemporaryFileSystem = ["/mnt:ro"]', 'TemporaryFileSystem', '/srv/homes:ro,mode=0755 /mnt:ro'],
  ['UMask = "0027"', 'UMask', '0027'],
];

/** Settings that are what the server finds in its environment; ada's account has no shell here. */
const variables: Array<readonly [setting: string, variable: string]> = [
  ['default_shell = "/bin/sh"', 'SHELL=/bin/sh'],
  [
    'extra_paths = ["/opt/first", "/opt/second"]',
    'PATH=/opt/first:/opt/second:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ],
  ['cpu_guarantee = 0.5', 'CPU_GUARANTEE=0.5'],
  ['default_url = "/tree"', 'JUPYTERHUB_DEFAULT_URL=/tree'],
  ['environment = { COURSE = "algebra" }', 'COURSE=algebra'],
  // Limits that PID 1 holds are told as well.
  ['', `MEM_LIMIT=${2 ** 30}`],
  ['', `MEM_GUARANTEE=${64 * 2 ** 20}`],
  ['', 'CPU_LIMIT=1.25'],
];

const totals: Array<readonly [setting: string, property: string, shown: string]> = [
  ['user_mem_limit = "2G"', 'MemoryMax', String(2 ** 31)],
  ['user_mem_high = "1900M"', 'MemoryHigh', String(1900 * 2 ** 20)],
  ['user_mem_guarantee = "100M"', 'MemoryLow', String(100 * 2 ** 20)],
  ['user_swap_limit = 0', 'MemorySwapMax', '0'],
  ['user_cpu_limit = 1.5', 'CPUQuotaPerSecUSec', '1.500000s'],
  ['user_cpu_weight = 200', 'CPUWeight', '200'],
  ['user_io_weight = 201', 'IOWeight', '201'],
  ['user_tasks_max = 300', 'TasksMax', '300'],
];

beforeAll(async () => {
  await stopServer('ada');
  await installWeb();
  await machine.sh(`mkdir -p /srv/homes/eve /srv/data/ada /srv/course /opt/secret /etc/tshub/hooks
    chown ada: /srv/data/ada; echo lesson > /srv/course/one; echo key > /opt/secret/key`);
});
afterAll(async () => {
  await stopServer('ada');
  await machine.sh('rm -rf /srv/homes /srv/data /srv/course /opt/secret /etc/tshub/hooks /run/hook-*');
  await withoutSettings();
});

async function start(spawner: string, rest = ''): Promise<void> {
  await stopServer('ada');
  await withSettings(`[spawner]\ncommand = ["${web}", "unix:{socket}"]\n${spawner}\n${rest}`);
  await machine.run(['tshubctl', 'server', 'start', 'ada']);
}

const lines = (table: ReadonlyArray<readonly [string, string, string]>): string =>
  table.map(([line]) => line).join('\n');
const expected = (table: ReadonlyArray<readonly [string, string, string]>): Record<string, string> =>
  Object.fromEntries(table.map(([, property, shown]) => [property, shown]));
const shown = (of: string, table: ReadonlyArray<readonly [string, string, string]>): Promise<Record<string, string>> =>
  machine.show(of, ...table.map(([, property]) => property));

describe('every setting', () => {
  beforeAll(async () => {
    await machine.run(['usermod', '--shell', '', 'ada']);
    await start(
      [lines(rows), ...variables.map(([line]) => line)].join('\n'),
      `[spawner.unit_extra_properties]\n${lines(extras)}`,
    );
  });
  afterAll(async () => {
    await machine.run(['usermod', '--shell', '/bin/bash', 'ada']);
  });

  test('of its surroundings is what the server finds there', async () => {
    const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
    const found = (await machine.sh(`tr '\\0' '\\n' < /proc/${pid}/environ`)).split('\n');
    expect(found).toEqual(expect.arrayContaining(variables.map(([, variable]) => variable)));
  });

  test('of a server is what PID 1 says of its unit', async () => {
    expect(await shown(unit, rows)).toEqual(expected(rows));
  });

  test('that root adds is what PID 1 says of its unit', async () => {
    expect(await shown(unit, extras)).toEqual(expected(extras));
  });

  test('shows in what the server sees', async () => {
    const ls = async (path: string) => (await inside('ada', `ls ${path}`)).out;
    expect(await ls('/home')).toBe('ada');
    expect(await ls('/srv/homes')).toBe('');
    expect(await ls('/srv/course')).toBe('one');
    expect((await inside('ada', 'touch /srv/course/two')).out).toContain('Read-only file system');
    expect((await inside('ada', 'cat /opt/secret/key')).code).not.toBe(0);
    expect(await inside('ada', 'touch /data/mine && stat -c %U /data/mine')).toEqual({ code: 0, out: 'ada' });
    expect(await machine.sh('stat -c %U /srv/data/ada/mine')).toBe('ada');
    expect(await inside('ada', 'touch /home/ada/mine && echo yes')).toEqual({ code: 0, out: 'yes' });
    const tun = 'test -c /dev/net/tun && echo there';
    expect((await inside('ada', tun)).out).toBe(await machine.sh(tun, { fails: true }));
    const video = (await machine.sh('getent group video')).split(':')[2];
    const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
    expect(await machine.sh(`grep ^Groups: /proc/${pid}/status`)).toMatch(new RegExp(`\\b${video}\\b`));
  });

  // systemd 252 could not read what it had written of a transient unit, and the hub took a server that ran for one that had ended.
  test('is the same after the service manager has read its units again, and the server is still known', async () => {
    const before = await machine.show(unit, 'InvocationID', 'MainPID');
    await machine.run(['systemctl', 'daemon-reload']);
    expect(await machine.show(unit, 'InvocationID', 'MainPID')).toEqual(before);
    expect(await shown(unit, [...rows, ['', 'LoadState', 'loaded']])).toEqual({
      ...expected(rows),
      LoadState: 'loaded',
    });
    expect(await shown(unit, extras)).toEqual(expected(extras));
  });

  test('is known, also to a new hub, while the service manager refuses its file, and can be stopped', async () => {
    const folder = `/run/systemd/system/${unit}.d`;
    await machine.sh(`install -d ${folder} && printf '[Service]\\nExecStart=\\n' >${folder}/broken.conf`);
    try {
      await machine.run(['systemctl', 'daemon-reload']);
      const states = { LoadState: 'bad-setting', ActiveState: 'active' };
      expect(await machine.show(unit, ...Object.keys(states))).toEqual(states);
      await machine.run(['systemctl', 'restart', 'tshub']);
      expect(await machine.sh('tshubctl server list ada --json')).toMatch(/"ready": ?true/);
      expect(await machine.show(unit, ...Object.keys(states))).toEqual(states);
      await machine.run(['tshubctl', 'server', 'stop', 'ada']);
      expect(await machine.show(unit, 'ActiveState')).toEqual({ ActiveState: 'inactive' });
    } finally {
      await machine.sh(`rm -r ${folder} && systemctl daemon-reload`);
    }
  });
});

describe('the limits of a person', () => {
  test('are set on their slice, whatever the server is given', async () => {
    await start(lines(totals), '[spawner.users.ada]\nuser_tasks_max = 301');
    expect(await shown(slice, totals)).toEqual({ ...expected(totals), TasksMax: '301' });
    expect((await machine.show(unit, 'Slice'))['Slice']).toBe(slice);
  });

  test('are taken back at the next start after the settings have dropped them', async () => {
    await start('user_cpu_limit = 2');
    expect(await shown(slice, totals)).toMatchObject({
      MemoryMax: 'infinity',
      MemorySwapMax: 'infinity',
      MemoryLow: '0',
      TasksMax: 'infinity',
      CPUWeight: '[not set]',
      CPUQuotaPerSecUSec: '2s',
    });
  });

  test('that root sets by hand are left alone when the settings say nothing', async () => {
    await start('');
    await machine.run(['systemctl', 'set-property', '--runtime', slice, 'TasksMax=777']);
    await start('');
    expect((await machine.show(slice, 'TasksMax'))['TasksMax']).toBe('777');
    await machine.run(['systemctl', 'revert', slice]);
  });
});

test('username_template leads to the account, and disable_user_sudo = false lets it have sudo', async () => {
  await machine.sh('id hub-ada >/dev/null 2>&1 || useradd --create-home --shell /bin/bash hub-ada');
  await start('username_template = "hub-{USERNAME}"\ndisable_user_sudo = false');
  expect(await machine.show(unit, 'User', 'NoNewPrivileges')).toEqual({ User: 'hub-ada', NoNewPrivileges: 'no' });
  expect(await inside('ada', 'id -un')).toEqual({ code: 0, out: 'hub-ada' });
  await stopServer('ada');
  await machine.sh('userdel --remove hub-ada');
});

test('what is more about somebody wins: all, group, user', async () => {
  await start(
    'mem_limit = "1G"\ncpu_weight = 10\ntasks_max = 10',
    `[spawner.groups.ada]\nmem_limit = "2G"\ncpu_weight = 20
[spawner.users.ada]\nmem_limit = "3G"`,
  );
  expect(await machine.show(unit, 'MemoryMax', 'CPUWeight', 'TasksMax')).toEqual({
    MemoryMax: String(3 * 2 ** 30),
    CPUWeight: '20',
    TasksMax: '10',
  });
});

describe('hooks', () => {
  const hook = (name: string, script: string, mode = '0755') =>
    machine.write(`/etc/tshub/hooks/${name}`, `#!/bin/bash\n${script}\n`, mode);

  test('run as root, before and after, with nothing of the user around them', async () => {
    await hook(
      'before',
      'echo "$TSHUB_USER $TSHUB_LOGIN $TSHUB_HOME $HOME $PWD $(id -u) ${JUPYTERHUB_API_TOKEN:-none}" > /run/hook-before',
    );
    await hook('after', 'echo "$TSHUB_USER $(id -u)" > /run/hook-after');
    await start(
      'pre_start = ["/etc/tshub/hooks/before"]\npost_stop = ["/etc/tshub/hooks/after"]\nenvironment = { LD_LIBRARY_PATH = "/home/ada/lib" }',
    );
    expect(await machine.sh('cat /run/hook-before')).toBe('ada ada /home/ada /root / 0 none');
    const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
    const environment = await machine.sh(`tr '\\0' '\\n' < /proc/${pid}/environ`);
    expect(environment).toContain('LD_LIBRARY_PATH=/home/ada/lib');
    expect(environment).toContain('JUPYTERHUB_API_TOKEN=');
    await stopServer('ada');
    expect(await machine.sh('cat /run/hook-after')).toBe('ada 0');
    expect((await machine.show(unit, 'LoadState'))['LoadState']).toBe('not-found');
  });

  test('that fail stop the start, and say which', async () => {
    await hook('before', 'exit 3');
    const { code, err } = await start('pre_start = ["/etc/tshub/hooks/before"]').then(
      () => ({ code: 0, err: '' }),
      (error: unknown) => ({ code: 1, err: String(error) }),
    );
    expect(code).toBe(1);
    expect(err).toContain('/etc/tshub/hooks/before failed before the server started (code 3)');
  });

  test('that others could have written are not run', async () => {
    await hook('before', 'touch /run/hook-evil', '0757');
    await expect(start('pre_start = ["/etc/tshub/hooks/before"]')).rejects.toThrow(
      'can be written by others than root',
    );
    expect(await machine.sh('ls /run/hook-evil', { fails: true })).toBe('');
    expect(await machine.sh('tshubctl config check')).toContain(
      'no server starts with the hook /etc/tshub/hooks/before',
    );
  });
});

test('a setting that nobody knows is refused with the place where it stands', async () => {
  await machine.write('/root/wrong.toml', '[spawner.unit_extra_properties]\nUser = "root"\n');
  const { code, err } = await machine.run(['tshubctl', 'config', 'check', '/root/wrong.toml'], { fails: true });
  expect(code).toBe(78);
  expect(err).toContain('spawner.unit_extra_properties.User: expected a property that tshub does not set itself');
});
