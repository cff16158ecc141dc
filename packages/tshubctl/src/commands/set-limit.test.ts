import { expect, test } from 'vitest';
import { parseLimits } from './set-limit.ts';

test('limits are written as in the settings', () => {
  expect(parseLimits(['mem_limit=1.5G', 'cpu_limit=0.25', 'tasks_max=100', 'swap_limit=0'])).toEqual({
    mem_limit: 1_610_612_736n,
    cpu_limit: 250n,
    tasks_max: 100n,
    swap_limit: 0n,
  });
});

test.each([
  ['memory=1G', /expected a name of cpu_limit, .*found "memory"/],
  ['mem_limit', /--limit mem_limit: expected memory, such as 4G, found ""/],
  ['mem_limit=lots', /found "lots"/],
  ['cpu_limit=50%', /expected CPUs, such as 1.5, found "50%"/],
  ['tasks_max=1.5', /found "1.5"/],
  ['tasks_max=1K', /found "1K"/],
  ['mem_limit=-1', /found "-1"/],
])('%s is told what is expected', (pair, message) => {
  expect(() => parseLimits([pair])).toThrow(message);
});

test('at least one limit is needed', () => {
  expect(() => parseLimits([])).toThrow(/expected --limit NAME=VALUE/);
});
