import { expect, test } from 'vitest';
import { readSpan } from './token.ts';

test.each([
  ['3600', 3600],
  ['90s', 90],
  ['5m', 300],
  ['12h', 43_200],
  ['30d', 2_592_000],
  ['0', 0],
])('--expires-in %s is %i seconds', (text, seconds) => {
  expect(readSpan(text)).toBe(seconds);
});

test.each(['', 'd', '1.5h', '-1', '1 d', '1w', '9'.repeat(10)])('--expires-in %j is refused, and says how', (text) => {
  expect(() => readSpan(text)).toThrow('expected seconds, or a number with s, m, h or d');
});
