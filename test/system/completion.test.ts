import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveDebian } from '../docs/debian.ts';
import { installWeb, web, withoutSettings, withSettings } from './support/settings.ts';
import { machine, passwords, stopServer, visitor } from './support/suite.ts';

const hostile = '$(touch /root/ran)';

/** What bash proposes for a line, as its completion is loaded by bash-completion. */
async function bash(line: string, user = 'root'): Promise<string[]> {
  const words = line.split(' ').map((word) => `'${word}'`);
  const script = `source /usr/share/bash-completion/completions/tshubctl
    COMP_WORDS=(${words.join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _tshubctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await machine.sh(script, { user })).split('\n');
}

async function fish(line: string, user = 'root'): Promise<string[]> {
  const out = await machine.run(['fish', '-c', 'complete -C $argv[1]', line], {
    user,
    environment: { HOME: '/tmp' },
  });
  return out.out.split('\n').map((row) => row.split('\t')[0] ?? '');
}

/** zsh completes only what is typed into it: pexpect types the line and a tab, and the shell prints what became of it. */
async function zsh(line: string, user = 'root'): Promise<string[]> {
  const { out } = await machine.run(['python3', '/opt/tshub-test/zsh.py', line], { user });
  return [out.trim()];
}

const typist = `
import pexpect, sys
environment = {'PATH': '/usr/bin:/bin', 'HOME': '/tmp', 'TERM': 'dumb', 'LANG': 'C.UTF-8'}
child = pexpect.spawn('zsh', ['-f', '-i'], encoding='utf-8', timeout=60, env=environment, dimensions=(50, 200))
child.expect('[%#] ')
child.sendline('autoload -Uz compinit && compinit -u -D')
child.sendline('tell() { zle expand-or-complete; zle -I; print -r -- "{$BUFFER}" }; zle -N tell; bindkey "^I" tell; print RE""ADY')
child.expect('READY')
child.send(sys.argv[1] + '\\t')
child.expect(r'\\{([^{}]*)\\}')
print(child.match.group(1).removeprefix('tshubctl '))
child.close(force=True)
`;

beforeAll(async () => {
  const debian = await serveDebian();
  try {
    const host = await machine.sh(`ip -4 route show default | awk '{print $3}'`);
    const apt = `apt-get -qq -o Acquire::http::Proxy=http://${host}:${debian.port}`;
    await machine.sh(
      `${apt} update && DEBIAN_FRONTEND=noninteractive ${apt} install -y --no-install-recommends zsh fish >&2`,
    );
  } finally {
    debian.close();
  }
  await machine.write('/opt/tshub-test/zsh.py', typist);
  await installWeb();
  await withSettings(
    `[hub]\nallow_named_servers = true\n[spawner]\ncommand = ["${web}", "unix:{socket}"]\n[[profiles]]\nname = "biggest"\n`,
  );
  await visitor().logIn('bob', passwords.bob);
  await machine.run(['tshubctl', 'group', 'create', 'algebra']);
  await machine.run(['tshubctl', 'group', 'create', hostile], { fails: true });
  await machine.run(['tshubctl', 'role', 'create', 'grader', '--scope', 'read:users']);
  await machine.run(['tshubctl', 'service', 'create', 'report']);
  await machine.run(['tshubctl', 'server', 'start', 'bob', 'lab']);
});

afterAll(async () => {
  await machine.run(['tshubctl', 'server', 'stop', 'bob', 'lab'], { fails: true });
  await stopServer('bob');
  for (const [noun, name] of [
    ['group', 'algebra'],
    ['group', hostile],
    ['role', 'grader'],
    ['service', 'report'],
  ] as const)
    await machine.run(['tshubctl', noun, 'delete', name], { fails: true });
  await withoutSettings();
});

const lines = [
  ['tshubctl user show bo', 'bob'],
  ['tshubctl server stop bob la', 'lab'],
  ['tshubctl group show alg', 'algebra'],
  ['tshubctl role show gra', 'grader'],
  ['tshubctl service show rep', 'report'],
  ['tshubctl server start bob --profile big', 'biggest'],
  ['tshubctl server sho', 'show'],
  ['tshubctl log login-re', 'login-refused'],
] as const;

describe.each([
  ['bash', bash],
  ['fish', fish],
  ['zsh', zsh],
] as const)('%s', (name, complete) => {
  test.each(lines)('completes "%s" with %s', async (line, word) => {
    const whole = `${line.split(' ').slice(1, -1).join(' ')} ${word}`;
    expect(await complete(line)).toEqual([name === 'zsh' ? whole : word]);
  });

  test('proposes to a person no more than they may see', async () => {
    expect(await complete('tshubctl group show alg', 'bob')).toEqual([name === 'zsh' ? 'group show alg' : '']);
  });

  test('runs nothing that is in a name', async () => {
    await complete('tshubctl group show ');
    expect((await machine.run(['test', '-e', '/root/ran'], { fails: true })).code).toBe(1);
  });
});

test('is silent when the hub is down', async () => {
  await machine.run(['systemctl', 'stop', 'tshub']);
  try {
    const { code, out, err } = await machine.run(['tshubctl', 'completion', 'bash', '--', 'user', 'show', ''], {
      fails: true,
    });
    expect([code, out, err]).toEqual([0, '', '']);
    expect(await bash('tshubctl user show ')).toEqual(['--json']);
  } finally {
    await machine.run(['systemctl', 'start', 'tshub']);
  }
});
