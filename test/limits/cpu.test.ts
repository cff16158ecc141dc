import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../system/support/machine.ts';
import { machine, stopServer } from '../system/support/suite.ts';
import { counter, groupOf, type Person, spawnerSettings, startProgram, tell } from './support/servers.ts';

const people: readonly Person[] = ['ada', 'bob'];

beforeAll(async () => {
  for (const user of people) await stopServer(user);
});
afterAll(async () => {
  for (const user of people) await stopServer(user);
});

/** Endless loops in the server of a person. */
async function keepBusy(user: Person, processes: number): Promise<void> {
  await tell(user, 'spawn', `for i in $(seq ${processes}); do sh -c 'while :; do :; done' & done; wait`);
  await eventually(
    `${processes} loops of ${user} run`,
    async () => Number(await machine.sh(`cat ${groupOf(user)}/pids.current`)) > processes,
  );
}

/** On a host that others use as well a window may be unlucky; three in a row are not. */
const measured = { retry: 2 } as const;

test('a CPU limit holds within a tenth', measured, async () => {
  await spawnerSettings('cpu_limit = 0.2');
  await startProgram('ada');
  await keepBusy('ada', 3);
  const stat = `${groupOf('ada')}/cpu.stat`;
  expect(await machine.sh(`cat ${groupOf('ada')}/cpu.max`)).toBe('20000 100000');
  // In periods that the kernel itself counts, of which each has 20 ms of CPU: however busy the host is, no clock is asked.
  const [used, periods] = [await counter(stat, 'usage_usec'), await counter(stat, 'nr_periods')];
  await eventually('100 periods are over', async () => (await counter(stat, 'nr_periods')) >= periods + 100, 120);
  const ratio =
    ((await counter(stat, 'usage_usec')) - used) / (((await counter(stat, 'nr_periods')) - periods) * 20_000);
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(1.1);
  expect(await counter(stat, 'nr_throttled')).toBeGreaterThan(50);
  await stopServer('ada');
});

test('a person with one busy process gets as much of a CPU as one with twenty', measured, async () => {
  for (const user of people) await stopServer(user);
  await spawnerSettings('');
  // One CPU for all, where there are more; elsewhere there is but one, and no such controller.
  await machine.run(['systemctl', 'set-property', '--runtime', 'tshub-users.slice', 'AllowedCPUs=0']);
  for (const user of people) await startProgram(user);
  await keepBusy('ada', 1);
  await keepBusy('bob', 20);
  const usage = (user: Person) => counter(`${groupOf(user)}/cpu.stat`, 'usage_usec');
  const [ada, bob] = [await usage('ada'), await usage('bob')];
  await eventually(
    'both have used six seconds of CPU',
    async () => (await usage('ada')) + (await usage('bob')) > ada + bob + 6e6,
    120,
  );
  const share = ((await usage('ada')) - ada) / ((await usage('bob')) - bob);
  expect(share).toBeGreaterThan(0.75);
  expect(share).toBeLessThan(1.33);
});
