import { afterAll, expect, test } from 'vitest';
import { show } from '../system/support/server.ts';
import { eventually } from '../system/support/machine.ts';
import { machine, stopServer } from '../system/support/suite.ts';
import { counter, groupOf, spawnerSettings, startProgram, tell } from './support/servers.ts';

afterAll(() => stopServer('ada'));

test('a fork bomb ends at the limit, hurts nobody else, and is gone with its server', async () => {
  await spawnerSettings('tasks_max = 60\ncpu_limit = 0.5');
  await startProgram('ada');
  await startProgram('bob');
  await tell('ada', 'spawn', 'bomb() { bomb | bomb & sleep 1000; }; bomb');
  await eventually('the limit was reached', async () => (await counter(`${groupOf('ada')}/pids.events`, 'max')) > 0);
  expect(
    Number(await machine.sh(`cat ${groupOf('ada')}/pids.peak 2>/dev/null || cat ${groupOf('ada')}/pids.current`)),
  ).toBeLessThanOrEqual(60);
  expect(await tell('bob', 'run', 'echo alive')).toBe('alive\n');
  expect((await show('ada')).ready).toBe(true);
  await stopServer('ada');
  expect(await machine.sh('pgrep -u ada -c || true')).toBe('0');
});
