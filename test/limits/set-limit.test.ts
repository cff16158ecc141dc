import { afterAll, expect, test } from 'vitest';
import { machine, stopServer } from '../system/support/suite.ts';
import { groupOf, spawnerSettings, startProgram, tell } from './support/servers.ts';

afterAll(() => stopServer('ada'));

const setLimit = (limit: string, user?: string) =>
  machine.run(['tshubctl', 'server', 'set-limit', 'ada', '--limit', limit], {
    fails: true,
    ...(user !== undefined && { user }),
  });
const limitOf = (file: string): Promise<string> => machine.sh(`cat ${groupOf('ada')}/${file}`);

test('a running server gets new limits within what root allows, and its next start has the old ones', async () => {
  await spawnerSettings('mem_limit = "128M"\ntasks_max = 100\n[live_limits]\nmem_limit = "512M"');
  await startProgram('ada');
  expect((await setLimit('mem_limit=384M')).code).toBe(0);
  expect(await limitOf('memory.max')).toBe(String(384 << 20));
  expect(await tell('ada', 'eat?150')).toBe('eaten');
  const top = JSON.parse((await machine.run(['tshubctl', 'top', '--json'])).out) as {
    usage: Record<string, unknown>[];
  };
  expect(top.usage.find(({ user, server }) => user === 'ada' && server === '')).toMatchObject({
    memory_max: 384 << 20,
  });

  expect(await setLimit('mem_limit=513M')).toMatchObject({ code: 4, err: expect.stringContaining('[live_limits]') });
  expect((await setLimit('tasks_max=101')).code).toBe(4);
  expect((await setLimit('tasks_max=50', 'ada')).code).toBe(4);
  expect(await limitOf('memory.max')).toBe(String(384 << 20));
  expect(await limitOf('pids.max')).toBe('100');

  await startProgram('ada');
  expect(await limitOf('memory.max')).toBe(String(128 << 20));
});

test('a server that does not run has no limits to set', async () => {
  await stopServer('ada');
  expect(await setLimit('mem_limit=256M')).toMatchObject({ code: 1, err: expect.stringContaining('is not running') });
});
