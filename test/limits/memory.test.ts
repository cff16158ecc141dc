import { afterAll, beforeAll, expect, test } from 'vitest';
import { Kernel, tokenOf } from '../system/support/kernel.ts';
import { eventually } from '../system/support/machine.ts';
import { show, visitorWithServer } from '../system/support/server.ts';
import { machine, passwords, stopServer, visitor } from '../system/support/suite.ts';
import type { Visitor } from '../system/support/visitor.ts';
import {
  eventsSince,
  groupOf,
  hasEnded,
  journalCursor,
  reasonInJournal,
  spawnerSettings,
  startProgram,
  tell,
} from './support/servers.ts';

const limit = 'out of memory: limit 256 MiB';

afterAll(async () => {
  await stopServer('ada');
});

test('a server that takes more than its limit is killed, and everybody is told why', async () => {
  await spawnerSettings('mem_limit = "256M"');
  await startProgram('ada');
  const cursor = await journalCursor();
  await tell('ada', 'eat?400').catch(() => 'the connection was cut');
  expect(await hasEnded('ada')).toBe(`The server stopped: ${limit}`);
  const shown = await machine.run(['tshubctl', 'server', 'show', 'ada']);
  expect(shown.out).toContain(limit);
  expect(await reasonInJournal('server-stopped', 'ada', cursor)).toBe(limit);
  const guest = visitor();
  await guest.logIn('ada', passwords.ada);
  expect((await guest.visit('/hub/home')).text).toContain(limit);
  const answer = await api('/users/ada/server');
  expect(answer).toMatchObject({ stopped: true, last_end: `The server stopped: ${limit}` });
});

test('below its limit a server goes on', async () => {
  await startProgram('ada');
  expect(await tell('ada', 'eat?100')).toBe('eaten');
  expect((await show('ada')).ready).toBe(true);
});

test('what all servers of a person use together has a limit too, and a kill for it is noticed and told as such', async () => {
  // What all servers of ada may use together; each alone is well below its own limit.
  await spawnerSettings('mem_limit = "256M"\nuser_mem_limit = "160M"');
  try {
    await startProgram('ada');
    await startProgram('ada', 'lab');
    const cursor = await journalCursor();
    const eat = 'python3 -c "import time; b = bytearray(b\'x\' * (100 << 20)); time.sleep(1000)"';
    await tell('ada', 'spawn', eat);
    await tell('ada', 'spawn', eat, 'lab');
    expect(await reasonInJournal('server-oom', 'ada', cursor)).toBe(
      'out of memory: limit 160 MiB for all servers of ada together',
    );
    for (const server of ['', 'lab']) expect(await tell('ada', 'run', 'echo alive', server)).toBe('alive\n');
  } finally {
    await machine.run(['tshubctl', 'server', 'stop', 'ada', 'lab'], { fails: true });
    await stopServer('ada');
  }
});

/** What the API answers to the person. */
async function api(path: string): Promise<unknown> {
  const token = await tokenOf('ada', 'self');
  const answer = await fetch(`${machine.url}/hub/api${path}`, { headers: { authorization: `token ${token}` } });
  return answer.json();
}

let guest: Visitor;

beforeAll(async () => {
  await machine.sh('rm -f /etc/tshub/tshub.toml.d/50-limits.toml');
});

test('a notebook kernel that takes too much is killed alone: the server lives on, and its user is told', async () => {
  await machine.write('/etc/tshub/tshub.toml.d/50-limits.toml', '[spawner]\nmem_limit = "256M"\nswap_limit = "0"\n');
  guest = await visitorWithServer('ada');
  const { InvocationID: invocation } = await machine.show('tshub-server-ada.service', 'InvocationID');
  const cursor = await journalCursor();
  const kernel = await Kernel.open('ada', await tokenOf('ada', 'self'));
  expect(await kernel.run('print(6 * 7)')).toBe('42\n');
  void kernel.run('data = bytearray(b"x" * (400 << 20))').catch(() => undefined);
  expect(await reasonInJournal('server-oom', 'ada', cursor)).toBe(limit);
  kernel.close();
  expect((await machine.show('tshub-server-ada.service', 'InvocationID'))['InvocationID']).toBe(invocation);
  expect((await show('ada')).ready).toBe(true);
  expect((await guest.fetch('/user/ada/api')).status).toBe(200);
  expect((await guest.visit('/hub/home')).text).toContain(limit);
  expect((await machine.run(['tshubctl', 'server', 'show', 'ada'])).out).toContain(limit);
  expect(await api('/users/ada/usage')).toMatchObject({ servers: { '': { last_kill: { reason: limit } } } });
  const explained = await machine.run(['journalctl', '-x', '-u', 'tshub', 'TSHUB_EVENT=server-oom', '--no-pager']);
  expect(explained.out).toContain('tshubctl server set-limit');
});

test('a hub that is restarted still knows of the kill, and does not tell of it again', async () => {
  const cursor = await journalCursor();
  await machine.run(['systemctl', 'restart', 'tshub']);
  await eventually('the hub knows the server', async () => (await show('ada')).ready);
  await eventually('it knows of the kill', async () =>
    (await machine.run(['tshubctl', 'server', 'show', 'ada'])).out.includes(limit),
  );
  expect(await eventsSince('server-oom', 'ada', cursor)).toEqual([]);
});

test('what a server uses is counted, and the sum over the servers of a person', async () => {
  const usage = (await api('/users/ada/usage')) as { total: Counted; servers: Record<string, Counted> };
  const own = usage.servers[''];
  expect(own?.memory_limit).toBe(256 << 20);
  expect(own?.memory).toBeGreaterThan(30 << 20);
  expect(own?.memory_peak).toBeGreaterThanOrEqual(own?.memory ?? 0);
  expect(own?.cpu_seconds).toBeGreaterThan(0.1);
  expect(own?.tasks).toBeGreaterThanOrEqual(1);
  expect(own?.io_read_bytes).toBeGreaterThanOrEqual(0);
  expect(usage.total.memory).toBeGreaterThanOrEqual((own?.memory ?? 0) / 2);
  // What the kernel has, and nobody else's.
  expect(Number(await machine.sh(`cat ${groupOf('ada')}/memory.max`))).toBe(256 << 20);
});

interface Counted {
  readonly memory: number;
  readonly memory_peak: number;
  readonly memory_limit: number | null;
  readonly cpu_seconds: number;
  readonly tasks: number;
  readonly io_read_bytes: number;
}
