import { expect, test } from 'vitest';
import { renderJson } from './json.ts';
import { ago, bytes, isoTime, span } from './units.ts';

const now = 1_700_000_000_000;

test.each([
  [0n, 'never'],
  [BigInt(now), 'just now'],
  [BigInt(now + 60_000), 'just now'],
  [BigInt(now - 90_000), '90 s ago'],
  [BigInt(now - 5 * 60_000), '5 min ago'],
  [BigInt(now - 3 * 3_600_000), '3 h ago'],
  [BigInt(now - 12 * 86_400_000), '12 d ago'],
])('%s is %s', (moment, text) => {
  expect(ago(moment, now)).toBe(text);
});

test.each([
  [0n, '0 B'],
  [1023n, '1023 B'],
  [1536n * 1024n * 1024n, '1.5 GiB'],
  [5n * 1024n ** 5n, '5120.0 TiB'],
])('%s bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test('a span is rounded down', () => {
  expect([119.9, 7199, 172_799].map(span)).toEqual(['119 s', '119 min', '47 h']);
});

test('never is null in JSON, and 64-bit numbers are numbers', () => {
  expect(renderJson({ at: isoTime(0n), later: isoTime(1000n), count: 5n })).toBe(
    '{\n  "at": null,\n  "later": "1970-01-01T00:00:01.000Z",\n  "count": 5\n}\n',
  );
});
