import { randomBytes } from 'node:crypto';
import { interfaces } from '@tshub/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busCalls, type CallerKind, callers, isAllowed, methods, shortName } from './support/bus-calls.ts';
import { eventually } from './support/machine.ts';
import { noteSecret } from './support/secrets.ts';
import { visitorWithServer } from './support/server.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';

const kinds = Object.keys(callers) as CallerKind[];
const refusals = new Set(['org.tshub.Error.Forbidden', 'org.freedesktop.DBus.Error.AccessDenied']);

beforeAll(async () => {
  await visitorWithServer('ada');
  // All three are known to the hub.
  for (const user of ['bob', 'grace'] as const) await visitor().logIn(user, passwords[user]);
});
afterAll(() => stopServer('ada'));

interface Answer {
  readonly isRefused: boolean;
  /** Name of the error, '' without one. */
  readonly error: string;
  readonly out: string;
}

async function busctl(user: string, ...args: readonly string[]): Promise<Answer> {
  const { code, out, err } = await machine.run(['busctl', ...args], {
    user,
    fails: true,
    // The only way to hear the name of an error from it.
    environment: { SYSTEMD_LOG_LEVEL: 'debug' },
  });
  const error = [...err.matchAll(/error-name=(\S+)/g)].at(-1)?.[1] ?? '';
  if (code !== 0 && error === 'n/a') throw new Error(err);
  return { isRefused: code !== 0 && refusals.has(error), error: code === 0 ? '' : error, out };
}

async function call(user: string, key: string, args: readonly string[], isInteractive = false): Promise<Answer> {
  const method = methods.get(key);
  if (method === undefined) throw new Error(`no method ${key}`);
  const { one, name } = method;
  return busctl(
    user,
    `--allow-interactive-authorization=${isInteractive}`,
    'call',
    one.busName,
    one.path,
    one.name,
    name,
    ...args,
  );
}

describe('the table of calls', () => {
  test('has every method of the contract and no other', () => {
    expect(Object.keys(busCalls)).toEqual([...methods.keys()].toSorted());
  });

  test.each([...methods])('has for %s a call for every action, and one that somebody is refused', (key, { access }) => {
    const calls = busCalls[key] ?? [];
    expect(calls.length).toBeGreaterThan(0);
    if (access.kind === 'anyone' || calls.some(({ isFiltered, about }) => isFiltered ?? about === 'what one may see'))
      return;
    expect(calls.some((one) => !isAllowed(access, one, 'nobody'))).toBe(true);
    if (access.kind === 'polkit' && access.actions.length > 2)
      expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(access.actions));
  });
});

describe.each([...methods])('%s', (key, { access }) => {
  test.each(busCalls[key] ?? [])('of $about is for whom the contract says', async (one) => {
    const answers = await Promise.all(kinds.map((kind) => call(callers[kind], key, one.args(callers[kind]))));
    const told = kinds.map((kind, i) => [
      kind,
      answers[i]?.isRefused === true ? 'refused' : 'allowed',
      answers[i]?.error,
    ]);
    const expected = kinds.map((kind, i) => [
      kind,
      isAllowed(access, one, kind) ? 'allowed' : 'refused',
      answers[i]?.error,
    ]);
    expect(told).toEqual(expected);
    if (one.isFiltered !== true) return;
    const seesAda = answers.map(({ out }) => out.includes('"ada"'));
    expect(seesAda).toEqual(kinds.map((kind) => kind !== 'nobody'));
  });
});

test('who is refused is refused as well when polkit may ask for a password and nobody is there to type it', async () => {
  for (const [key, args] of [
    ['Hub1.GetServer', ['ss', 'ada', '']],
    ['Proxy1.ListRoutes', []],
    ['Culler1.CullNow', ['b', 'true']],
  ] as const)
    expect((await call(callers.nobody, key, args, true)).isRefused, key).toBe(true);
});

test.each(interfaces.map((one) => [one.name, one] as const))(
  'properties of %s are for those who may talk to it',
  async (_, one) => {
    for (const kind of kinds) {
      const { isRefused } = await busctl(callers[kind], 'get-property', one.busName, one.path, one.name, 'Version');
      expect([kind, isRefused]).toEqual([kind, shortName(one.name) === 'Spawner1' && kind !== 'root']);
    }
  },
);

describe('signals', () => {
  /** What each of the three hears of a signal while it is caused again and again, until root has heard it. */
  async function heard(
    name: 'Hub1' | 'Proxy1',
    signal: string,
    cause: () => Promise<void>,
  ): Promise<Record<string, boolean>> {
    const wait = async (user: string): Promise<[string, boolean]> => {
      const { out } = await machine.run(
        ['busctl', '--timeout=10', 'wait', `org.tshub.${name}`, `/org/tshub/${name}`, `org.tshub.${name}`, signal],
        { user, fails: true },
      );
      return [user, out !== ''];
    };
    let isOver = false;
    const waits = Promise.all(Object.values(callers).map(wait)).finally(() => (isOver = true));
    const causing = (async () => {
      while (!isOver) await cause();
    })();
    const found = Object.fromEntries(await waits);
    await causing;
    return found;
  }

  test('of routes, which tell whose server begins and ends, reach administrators alone', async () => {
    const route = ['org.tshub.Proxy1', '/org/tshub/Proxy1', 'org.tshub.Proxy1'];
    const target = ['unix:/run/tshub-servers/nobody/sock', '60000', '0'];
    const found = await heard('Proxy1', 'RouteAdded', async () => {
      await machine.run(['busctl', 'call', ...route, 'AddRoute', 'ssua{ss}', '/user/nobody/', ...target]);
      await machine.run(['busctl', 'call', ...route, 'RemoveRoute', 's', '/user/nobody/']);
    });
    expect(found).toEqual({ bob: false, grace: true, root: true });
  });

  test('of servers reach nobody who has not asked the hub for them', async () => {
    const found = await heard('Hub1', 'ServerChanged', async () => {
      await stopServer('ada');
      await machine.run(['tshubctl', 'server', 'start', 'ada'], { fails: true });
    });
    expect(found).toEqual({ bob: false, grace: false, root: false });
  });
});

describe('the text agent over ssh', () => {
  const port = '2222';
  const rootPassword = `pw-${randomBytes(9).toString('base64url')}`;
  noteSecret(rootPassword);
  beforeAll(async () => {
    // sshd of the image does not run in a container; this one is the test's own, with the host's PAM.
    await machine.sh(`mkdir -p /run/sshd && rm -f /root/hostkey* && ssh-keygen -q -t ed25519 -N '' -f /root/hostkey &&
      systemd-run --quiet --unit=test-sshd /usr/sbin/sshd -D -p ${port} -h /root/hostkey -o UsePAM=yes -o PasswordAuthentication=yes -o KbdInteractiveAuthentication=no`);
    await machine.write('/root/agent.py', agent);
    await eventually('sshd listens', async () => (await machine.sh(`ss -Hltn sport = :${port}`)) !== '');
  });
  afterAll(async () => void (await machine.run(['systemctl', 'stop', 'test-sshd'], { fails: true })));

  /** Logs in as somebody with a terminal, types a command, and a password to whoever asks for it there. */
  async function typed(
    user: 'bob' | 'grace',
    password: string,
    ...command: readonly string[]
  ): Promise<{ exit: number; screen: string; asked: boolean }> {
    const { out } = await machine.run(['python3', '/root/agent.py', port, user, command.join(' ')], {
      input: `${passwords[user]}\n${password}\n`,
    });
    return JSON.parse(out) as { exit: number; screen: string; asked: boolean };
  }

  test('an administrator gives their own password to make an administrator, each time', async () => {
    for (let i = 0; i < 2; i++) {
      const { exit, screen, asked } = await typed(
        'grace',
        passwords.grace,
        'tshubctl',
        'user',
        'set-admin',
        'ada',
        i === 0 ? 'yes' : 'no',
      );
      expect([exit, asked], screen).toEqual([0, true]);
      expect(screen).toContain('Authenticating as: grace');
    }
  });

  test('with a wrong one nothing is done', async () => {
    const { exit, asked, screen } = await typed(
      'grace',
      'not the password',
      'tshubctl',
      'user',
      'set-admin',
      'ada',
      'yes',
    );
    expect([exit, asked], screen).toEqual([4, true]);
    expect(await machine.sh('tshubctl user show ada --json')).toContain('"admin": false');
  });

  test('an administrator is asked for nothing else', async () => {
    const { exit, asked, screen } = await typed('grace', '', 'tshubctl', 'route', 'list');
    expect([exit, asked], screen).toEqual([0, false]);
  });

  test('somebody else needs the password of an administrator, and is told so without one', async () => {
    const without = await typed('bob', 'not the password', 'tshubctl', 'route', 'list');
    expect([without.exit, without.asked], without.screen).toEqual([4, true]);
    expect(without.screen).toContain('be in the group tshub-admin');
    await machine.run(['chpasswd'], { input: `root:${rootPassword}` });
    const { exit, asked, screen } = await typed('bob', rootPassword, 'tshubctl', 'route', 'list');
    expect([exit, asked], screen).toEqual([0, true]);
    expect(screen).toContain('/user/ada/');
  });
});

/** Types like a person, with pexpect of the image. */
const agent = `
import json, pexpect, sys
port, user, command = sys.argv[1:]
own, other = sys.stdin.read().split('\\n')[:2]
options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'PreferredAuthentications=password']
child = pexpect.spawn('ssh', ['-tt', '-q', '-p', port, *(f'-o{one}' for one in options), user + '@127.0.0.1', command], timeout=60, encoding='utf-8')
child.expect('assword:')
child.sendline(own)
screen, asked = '', False
while child.expect(['assword:', pexpect.EOF]) == 0:
    screen += child.before
    asked = True
    child.sendline(other)
screen += child.before
child.close()
print(json.dumps({'exit': child.exitstatus, 'screen': screen, 'asked': asked}))
`;
