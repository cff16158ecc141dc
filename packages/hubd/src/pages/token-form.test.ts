import { expect, test } from 'vitest';
import { emptyForm, lifeOf, livesWithin, readTokenForm } from './token-form.ts';

test('ticked and written scopes are one list, without doubles', () => {
  const fields = new URLSearchParams('note=+for+me+&scopes=a&scopes=b&more_scopes=b,+c%0Ad++&expires_in=60');
  expect(readTokenForm(fields)).toEqual({ note: 'for me', life: '60', scopes: ['a', 'b', 'c', 'd'] });
});

test('an empty form asks for nothing', () => {
  expect(readTokenForm(new URLSearchParams())).toEqual({ note: '', life: '', scopes: [] });
});

test.each([
  ['', null],
  ['3600', 3600],
  ['1e9', undefined],
  ['-1', undefined],
  ['12345678901', undefined],
])('a life of %j is %j', (life, seconds) => {
  expect(lifeOf({ note: '', life, scopes: [] })).toBe(seconds);
});

test('only what the hub allows is on offer, and a month is usual if it is', () => {
  expect(livesWithin(86_400)).toEqual([3600, 86_400]);
  expect(livesWithin(0)).toHaveLength(5);
  expect([emptyForm(0).life, emptyForm(86_400).life]).toEqual([String(30 * 86_400), '']);
});
