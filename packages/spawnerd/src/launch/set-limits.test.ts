import { schema } from '@tshub/config';
import { liveLimits } from '@tshub/contract';
import { expect, test } from 'vitest';
import { limitProperties, parseLimits } from './set-limits.ts';

const settings = (input: Record<string, unknown> = {}) => schema.parse(input);
const gib = 1n << 30n;

test('each name is one property, in the unit of the service manager', () => {
  const all = { cpu_limit: 1500n, cpu_weight: 50n, io_weight: 50n, mem_high: gib, mem_limit: gib, swap_limit: 0n };
  expect(limitProperties({ ...all, tasks_max: 10n }, settings())).toEqual([
    ['CPUQuotaPerSecUSec', 't', 1_500_000n],
    ['CPUWeight', 't', 50n],
    ['IOWeight', 't', 50n],
    ['MemoryHigh', 't', gib],
    ['MemoryMax', 't', gib],
    ['MemorySwapMax', 't', 0n],
    ['TasksMax', 't', 10n],
  ]);
});

test('a limit that root has set is not exceeded, unless [live_limits] says so', () => {
  const own = settings({ spawner: { mem_limit: '1G' } });
  expect(() => limitProperties({ mem_limit: 2n * gib }, own)).toThrow(
    /above 1073741824, the most that this host allows/,
  );
  expect(limitProperties({ mem_limit: gib / 2n }, own)).toHaveLength(1);
  const more = settings({ spawner: { mem_limit: '1G' }, live_limits: { mem_limit: '2G' } });
  expect(limitProperties({ mem_limit: 2n * gib }, more)).toHaveLength(1);
  expect(() => limitProperties({ mem_limit: 2n * gib + 1n }, more)).toThrow();
});

test('nobody gets a larger share than the others without leave', () => {
  expect(() => limitProperties({ cpu_weight: 101n }, settings())).toThrow();
  expect(limitProperties({ cpu_weight: 200n }, settings({ live_limits: { weight: 200 } }))).toHaveLength(1);
});

test('no limit is so low that the server could not live or the value means something else', () => {
  for (const name of ['cpu_limit', 'cpu_weight', 'mem_limit', 'tasks_max'] as const)
    expect(() => limitProperties({ [name]: 0n }, settings())).toThrow(/at least/);
});

test('a value that a property cannot hold is refused, and not sent', () => {
  expect(() => limitProperties({ cpu_limit: 2n ** 63n }, settings())).toThrow(/at most 18446744073709551, found/);
  expect(() => limitProperties({ mem_limit: 2n ** 64n }, settings())).toThrow(/at most/);
});

test('only the names of the table are taken', () => {
  expect(() => parseLimits({})).toThrow();
  expect(() => parseLimits({ ExecStart: 1n })).toThrow(/"ExecStart" is no limit/);
  expect(() => parseLimits({ toString: 1n })).toThrow();
  for (const name of Object.keys(liveLimits)) expect(parseLimits({ [name]: 1n })).toEqual({ [name]: 1n });
});
