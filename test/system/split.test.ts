import { beforeAll, describe, expect, test } from 'vitest';
import { exposureBounds } from '../support/exposure-bounds.ts';
import { machine, passwords, visitor } from './support/suite.ts';

describe('the daemons', () => {
  test.each([
    ['tshub.service', 'tshub'],
    ['tshub-proxyd.service', 'tshub-proxy'],
    ['tshub-cullerd.service', 'tshub-culler'],
  ])('%s runs as %s, without a capability and without a way to one', async (unit, account) => {
    const pid = (await machine.show(unit, 'MainPID'))['MainPID'];
    expect(await machine.sh(`ps -o user:32= -p ${pid}`)).toBe(account);
    const status = await machine.sh(`cat /proc/${pid}/status`);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\t0000000000000000$`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });

  test('spawnerd is root in name only: it has no capability and no network', async () => {
    await machine.run([
      'busctl',
      'get-property',
      'org.tshub.Spawner1',
      '/org/tshub/Spawner1',
      'org.tshub.Spawner1',
      'Version',
    ]);
    const pid = (await machine.show('tshub-spawnerd.service', 'MainPID'))['MainPID'];
    const status = await machine.sh(`cat /proc/${pid}/status`);
    expect(status).toMatch(/^CapEff:\t0000000000000000$/m);
    expect(await machine.sh(`nsenter --target ${pid} --net ip -o link | wc -l`)).toBe('1');
  });

  // What the service manager holds to, with whatever a host lays over the files that test/package looks at.
  test.each(exposureBounds)('%s exposes no more than %i where it runs', async (unit, bound) => {
    const one = unit.replace('@', '@1');
    const ask = ['systemd-analyze', 'security', '--no-pager', `--threshold=${bound}`, one];
    const { code, out } = await machine.run(ask, { fails: true });
    expect(code, out.trim().split('\n').at(-1)).toBe(0);
    // A threshold that says yes to all would say yes to this.
    expect((await machine.run([...ask.slice(0, 3), '--threshold=1', one], { fails: true })).code).not.toBe(0);
  });

  test('no daemon is left over from a login', async () => {
    await visitor().logIn('ada', passwords.ada);
    await visitor().logIn('ada', 'wrong password!');
    const units = await machine.sh("systemctl list-units --all --plain --no-legend 'tshub-authd@*'");
    expect(units).toBe('');
  });
});

describe('the account check', () => {
  test.each([
    ['carol', 'locked'],
    ['dora', 'expired'],
    ['frank', 'without a shell'],
    ['erin', 'blocked in the settings'],
  ] as const)('%s, an account that is %s, does not get a server, even with the right password', async (...[person]) => {
    const guest = visitor();
    const answer = await guest.logIn(person, passwords[person]);
    if (answer.status === 302) {
      expect(person).toBe('frank'); // whose login is good, and whom spawnerd refuses
      await guest.visit(`/hub/spawn/${person}`);
    } else expect(answer.status).toBe(403);
    const { LoadState } = await machine.show(`tshub-server-${person}.service`, 'LoadState');
    expect(LoadState).toBe('not-found');
  });

  test('root does not get in', async () => {
    await machine.run(['chpasswd'], { input: 'root:root-password-of-the-test' });
    expect((await visitor().logIn('root', 'root-password-of-the-test')).status).toBe(403);
  });
});

describe('a hub that was taken over', () => {
  // The attacker's shell: everything that uid tshub can send.
  const spawner = ['org.tshub.Spawner1', '/org/tshub/Spawner1', 'org.tshub.Spawner1'];
  const call = async (user: string, ...rest: readonly string[]) =>
    machine.run(['busctl', 'call', ...rest], { user, fails: true });
  const start = async (name: string, server = '', environment: readonly string[] = ['0']) =>
    call('tshub', ...spawner, 'Start', 'sssa{ss}a{ss}', name, server, '', '0', ...environment);

  beforeAll(async () => {
    await machine.run(['systemctl', 'reset-failed', 'tshub-spawnerd'], { fails: true });
  });

  test.each([
    'root',
    'daemon',
    'www-data',
    'tshub',
    'tshub-proxy',
    'nobody',
    'messagebus',
    'no-such-account',
    '',
    '../ada',
    'ada/../root',
    '0',
    '-',
    '+ada',
    'ada ',
    'ROOT',
    'a'.repeat(300),
  ])('cannot start a server for %j', async (name) => {
    const answer = await start(name);
    expect(answer.code).not.toBe(0);
    expect(
      await machine.sh(
        "systemctl list-units --all --plain --no-legend 'tshub-server-*' | grep -v -e ada -e bob || true",
      ),
    ).toBe('');
  });

  test.each([
    ['a server name that leaves its place', '../x', ['0']],
    ['LD_PRELOAD', '', ['1', 'LD_PRELOAD', '/tmp/x.so']],
    ['a PATH of its own', '', ['1', 'PATH', '/tmp']],
    ['PYTHONPATH', '', ['1', 'PYTHONPATH', '/tmp']],
    ['another program through JUPYTERHUB_SINGLEUSER_APP', '', ['1', 'JUPYTERHUB_SINGLEUSER_APP', 'os.system']],
    ["somebody else's name", '', ['1', 'JUPYTERHUB_USER', 'bob']],
    ['a second line in a value', '', ['1', 'JUPYTERHUB_API_TOKEN', 'x\nLD_PRELOAD=/tmp/x.so']],
    ["somebody else's prefix", '', ['1', 'JUPYTERHUB_SERVICE_PREFIX', '/user/bob/']],
  ])('cannot pass %s', async (_, server, environment) => {
    const answer = await start('ada', server, environment);
    expect(answer.code).not.toBe(0);
    expect(answer.err).toMatch(/^Call failed: ./);
  });

  test.each<[string, readonly string[]]>([
    ['a profile that root did not define', ['sssa{ss}a{ss}', 'ada', '', 'gpu', '0', '0']],
    ['an option that root did not define', ['sssa{ss}a{ss}', 'ada', '', '', '1', 'mem_limit', '64G', '0']],
    ['a value of 100 kB', ['sssa{ss}a{ss}', 'ada', '', '', '0', '1', 'JUPYTERHUB_HOST', 'x'.repeat(100_000)]],
    ['arguments of other types', ['ssuuu', 'ada', '', '1', '2', '3']],
    ['fewer arguments', ['ss', 'ada', '']],
    ['a number for a name', ['usa{ss}', '0', '', '0']],
  ])('cannot send %s', async (_, args) => {
    const invocation = async () => machine.show('tshub-server-ada.service', 'InvocationID');
    const before = await invocation();
    expect((await call('tshub', ...spawner, 'Start', ...args)).code).not.toBe(0);
    expect(await invocation()).toEqual(before);
  });

  test('cannot keep spawnerd from its work by asking a lot', async () => {
    const one = `busctl call ${spawner.join(' ')} Start 'sssa{ss}a{ss}' ada '' '' 0 0`;
    const answers = await machine.sh(`for i in $(seq 40); do ${one} 2>&1 & done; wait`, { user: 'tshub' });
    expect(answers.split('\n').filter((line) => line.startsWith('Call failed'))).toHaveLength(40);
    const { MainPID } = await machine.show('tshub-spawnerd.service', 'MainPID');
    expect((await call('tshub', ...spawner, 'List')).code).toBe(0);
    expect((await machine.show('tshub-spawnerd.service', 'MainPID'))['MainPID']).toBe(MainPID);
  });

  test('cannot use the service manager, nor any other verb', async () => {
    const manager = ['org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'];
    expect(
      (await call('tshub', ...manager, 'StartTransientUnit', 'ssa(sv)a(sa(sv))', 'x.service', 'fail', '0', '0')).code,
    ).not.toBe(0);
    expect((await call('tshub', ...manager, 'StopUnit', 'ss', 'tshub-proxyd.service', 'fail')).code).not.toBe(0);
    expect((await call('tshub', ...spawner, 'Run', 's', 'id')).code).not.toBe(0);
  });

  test('cannot stop or read units that are not servers', async () => {
    for (const name of ['../../ssh', 'ssh.service', '*', 'tshub.service']) {
      await call('tshub', ...spawner, 'Stop', 'ss', name, '');
      const log = await call('tshub', ...spawner, 'Log', 'ssut', name, '', '50', '0');
      expect(log.out).not.toMatch(/systemd\[1\]|sshd/);
    }
    expect((await machine.show('tshub.service', 'ActiveState'))['ActiveState']).toBe('active');
  });

  test('cannot read what is not its own', async () => {
    for (const file of ['/etc/shadow', '/run/tshub-spawnerd', '/run/tshub-proxy', '/home/ada']) {
      expect(
        (await machine.run(['ls', file === '/etc/shadow' ? '/etc/shadow' : `${file}/`], { user: 'tshub', fails: true }))
          .code === 0 && file !== '/etc/shadow',
      ).toBe(false);
      expect((await machine.run(['cat', file], { user: 'tshub', fails: true })).code).not.toBe(0);
    }
  });

  test.each(['ada', 'erin', 'tshub-proxy', 'tshub-culler'])('%s cannot ask spawnerd for anything', async (user) => {
    for (const [method, ...args] of [
      ['List'],
      ['Start', 'sssa{ss}a{ss}', 'ada', '', '', '0', '0'],
      ['SetLimits', 'ssa{st}', 'ada', '', '1', 'tasks_max', '9'],
      ['Stop', 'ss', 'ada', ''],
      ['Log', 'ssut', 'ada', '', '10', '0'],
      ['ListServices'],
      ['StartService', 's', 'grader'],
      ['StopService', 's', 'grader'],
    ]) {
      const answer = await call(user, ...spawner, method ?? '', ...args);
      expect(answer.code).not.toBe(0);
      expect(answer.err).toMatch(/denied|not allowed|Forbidden|only/i);
    }
  });

  test.each(['ada', 'erin', 'tshub-culler'])('%s cannot change routes', async (user) => {
    const answer = await call(
      user,
      'org.tshub.Proxy1',
      '/org/tshub/Proxy1',
      'org.tshub.Proxy1',
      'AddRoute',
      'ssua{ss}',
      '/user/x/',
      'unix:/tmp/x',
      '1000',
      '0',
    );
    expect(answer.code).not.toBe(0);
  });

  test("authd's socket is for the hub alone", async () => {
    const connect = 'import socket; s=socket.socket(socket.AF_UNIX); s.connect("/run/tshub-authd/authd.sock")';
    for (const user of ['ada', 'tshub-proxy', 'tshub-culler'])
      expect((await machine.run(['python3', '-c', connect], { user, fails: true })).code).not.toBe(0);
    expect((await machine.run(['python3', '-c', connect], { user: 'tshub', fails: true })).code).toBe(0);
  });
});
