import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const taken = (weights: number[], count: number) => {
  const turns = new Turns(weights);
  return Array.from({ length: count }, () => turns.next());
};

test('one alone has every turn', () => {
  expect(taken([1], 3)).toEqual([0, 0, 0]);
});

test('turns go by weight, evenly mixed', () => {
  expect(taken([1, 1], 4)).toEqual([0, 1, 0, 1]);
  expect(taken([5, 1, 1], 7)).toEqual([0, 0, 1, 0, 2, 0, 0]);
});

test('even the least weight has a turn', () => {
  const turns = taken([0.05, 1], 42);
  expect(turns.filter((at) => at === 0)).toHaveLength(2);
});
