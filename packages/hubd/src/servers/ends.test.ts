import { expect, test } from 'vitest';
import { endNow, keptUntil, type ServerEnd } from './ends.ts';

const end: ServerEnd = { at: 1000, rule: 'idle', why: 'w', latest: 5000, activity: 100, warned: true };
const shown = (change: Partial<ServerEnd>, lastActivity: number, kept: number | null = null) => {
  const { at, latest, warned } = endNow({ ...end, ...change }, { lastActivity, keptUntil: kept });
  return [at, latest, warned];
};

test('an end is as the culler said', () => expect(shown({}, 100)).toEqual([1000, 5000, true]));
test('activity moves it and its bound, and ends the warning', () =>
  expect(shown({}, 400)).toEqual([1300, 5300, false]));
test('activity does not move the end of an old server', () =>
  expect(shown({ rule: 'age' }, 400)).toEqual([1000, 5000, true]));
test('nor one that counts other signs of life', () => expect(shown({ activity: 0 }, 400)).toEqual([1000, 5000, true]));
test('its user puts it off', () => expect(shown({}, 100, 3000)).toEqual([3000, 5000, false]));
test('within the bound', () => expect(shown({}, 100, 9000)).toEqual([5000, 5000, false]));
test('what was put off is not put off further by activity', () =>
  expect(shown({}, 400, 3000)).toEqual([3000, 5300, false]));

test('a wish is within the bound, and in the future', () => {
  expect(keptUntil(end, null, 100)).toBe(5000);
  expect(keptUntil(end, 2000, 100)).toBe(2000);
  expect(() => keptUntil(end, 5001, 100)).toThrow('expected 1970-01-01T00:00:05.000Z or earlier');
  expect(() => keptUntil(end, 100, 100)).toThrow('expected a time to come');
});
