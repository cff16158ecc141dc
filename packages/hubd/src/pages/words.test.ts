import { expect, test } from 'vitest';
import { speakIn } from './languages/language.ts';
import { sayAgo, sayBytes, saySeconds, sayUntil } from './words.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1536, '1.5 KiB'],
  [312 * 2 ** 20, '312 MiB'],
  [1023 * 2 ** 20, '1.0 GiB'],
  [2 ** 31, '2.0 GiB'],
  [5000 * 2 ** 40, '5000 TiB'],
])('%d bytes read %j', (bytes, text) => {
  expect(speakIn('en', () => sayBytes(bytes))).toBe(text);
});

test.each([
  [4, '4 sec'],
  [59.6, '60 sec'],
  [720, '12 min'],
  [3 * 3600, '3 hr'],
  [3 * 86_400, '3 days'],
])('%d seconds read %j', (seconds, text) => {
  expect(speakIn('en', () => saySeconds(seconds))).toBe(text);
});

test('what was just now, or is said to come, is just now', () => {
  const said = speakIn('en', () => [sayAgo(1000, 1500), sayAgo(5000, 1000), sayAgo(0, 120_000)]);
  expect(said).toEqual(['just now', 'just now', '2 minutes ago']);
});

test.each([
  [30, 'in 30 seconds'],
  [3 * 3600, 'in 3 hours'],
  [30 * 86_400, 'in 30 days'],
  [-5, 'in 0 seconds'],
])('%i seconds from now are said as %j', (seconds, text) => {
  expect(speakIn('en', () => sayUntil(1_000_000 + seconds * 1000, 1_000_000))).toBe(text);
});
