import { describe, expect, test } from 'vitest';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

describe('times on the wire', () => {
  test('are UTC with microseconds, which are left out when there are none', () => {
    expect(formatTimestamp(Date.UTC(2026, 7, 20, 12))).toBe('2026-08-20T12:00:00Z');
    expect(formatTimestamp(Date.UTC(2026, 7, 20, 12, 0, 0, 7))).toBe('2026-08-20T12:00:00.007000Z');
    expect(formatTimestamp(null)).toBeNull();
  });

  test.each([
    ['2026-08-20T12:00:00.123456Z', 123],
    ['2026-08-20T12:00:00', 0],
    ['2026-08-20 12:00', 0],
    ['2026-08-20T14:00:00+02:00', 0],
    ['2026-08-20T14:00:00+0200', 0],
    ['2026-08-20T10:00:00-02', 0],
    ['2026-08-20t12:00:00z', 0],
  ])('%j is read', (text, ms) => {
    expect(parseTimestamp(text.toUpperCase())).toBe(Date.UTC(2026, 7, 20, 12, 0, 0, ms));
  });

  test.each(['', 'now', '2026', '2026-13-01T00:00:00Z', '2026-08-20T25:00:00Z', '20 Aug 2026', '1755691200'])(
    '%j is not',
    (text) => {
      expect(parseTimestamp(text)).toBeNull();
    },
  );
});
