import { expect, test } from 'vitest';
import { cleanUserName, showUserName } from './user-name.ts';

test.each([
  ['ada', 'ada'],
  ['  ada ', 'ada'],
  ['ada.lovelace@example.org', 'ada.lovelace@example.org'],
  ['Ada Lovelace', 'Ada Lovelace'],
  ['ädä', 'ädä'],
])('%j can be somebody', (typed, expected) => {
  expect(cleanUserName(typed)).toBe(expected);
});

test.each([
  '',
  ' ',
  '-rf',
  '../ada',
  'a/b',
  'a\\b',
  'a:b',
  '.',
  '..',
  'ada\0',
  'ada\nbob',
  'a\u202eb',
  'a\u200bb',
  'a\u2028b',
  '\ud800',
  'a'.repeat(65),
])('%j cannot be anybody', (typed) => {
  expect(cleanUserName(typed)).toBeNull();
});

test('a name in the log is short, and on one line without control characters', () => {
  expect(showUserName('ada\n\u001b[31mroot\u202e')).toBe('ada??[31mroot?');
  expect(showUserName('x'.repeat(5000))).toHaveLength(33);
});
