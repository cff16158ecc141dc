import { expect, test } from 'vitest';
import { loadsOf } from './top.ts';

const second = 1_000_000_000n;

test('the CPU column is what was used between two looks, in CPUs', () => {
  const before = [{ user: 'ada', server: '', cpuNanoseconds: 5n * second }];
  const after = [{ user: 'ada', server: '', cpuNanoseconds: 8n * second }];
  expect(loadsOf(before, after, 2)).toMatchObject([{ user: 'ada', cpu: 1.5 }]);
});

test('a server that was not there at the first look, or was started anew, has no CPU yet', () => {
  const before = [{ user: 'ada', server: '', cpuNanoseconds: 5n * second }];
  const after = [
    { user: 'ada', server: '', cpuNanoseconds: second },
    { user: 'bob', server: '', cpuNanoseconds: second },
  ];
  expect(loadsOf(before, after, 1).map(({ cpu }) => cpu)).toEqual([undefined, undefined]);
});

test('the busiest is first, then the one with the most memory', () => {
  const before = ['ada', 'bob', 'cyd'].map((user) => ({ user, server: '', cpuNanoseconds: 0n }));
  const after = [
    { user: 'ada', server: '', cpuNanoseconds: 0n, memoryCurrent: 1n },
    { user: 'bob', server: '', cpuNanoseconds: 0n, memoryCurrent: 2n },
    { user: 'cyd', server: '', cpuNanoseconds: second, memoryCurrent: 0n },
  ];
  expect(loadsOf(before, after, 1).map(({ user }) => user)).toEqual(['cyd', 'bob', 'ada']);
});
