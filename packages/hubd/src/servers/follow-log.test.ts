import { expect, test } from 'vitest';
import { newLines } from './follow-log.ts';

test('only lines that were not there before are new', () => {
  expect(newLines([], ['a', 'b'])).toEqual(['a', 'b']);
  expect(newLines(['a', 'b'], ['a', 'b', 'c'])).toEqual(['c']);
  expect(newLines(['a', 'b'], ['a', 'b'])).toEqual([]);
});

test('a window that has moved on is matched where it overlaps', () => {
  expect(newLines(['a', 'b', 'c'], ['b', 'c', 'd'])).toEqual(['d']);
  expect(newLines(['a', 'b'], ['x', 'y'])).toEqual(['x', 'y']);
});

test('a line that repeats is new again', () => {
  expect(newLines(['a', 'a'], ['a', 'a', 'a'])).toEqual(['a']);
});
