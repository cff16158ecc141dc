import { expect, test } from 'vitest';
import { cleanUserName, hubUserName, showUserName } from './user-name.ts';

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

const rules = { username_map: { 'ada@example.org': 'ada', bob: 'robert', evil: 'a/b' }, username_pattern: '' };

test.each([
  ['Ada@Example.org', 'ada'],
  ['BOB', 'robert'],
  [' carol ', 'carol'],
  ['evil', null],
  ['constructor', 'constructor'],
  ['../etc', null],
  ['', null],
])('who is %j to a provider is %j here', (told, name) => {
  expect(hubUserName(rules, told, false)).toBe(name);
});

test('an account keeps its spelling, for another one may differ only in that', () => {
  expect(hubUserName(rules, 'Bob', true)).toBe('Bob');
  expect(hubUserName(rules, 'bob', true)).toBe('robert');
});

test('the pattern is for the whole name, after the map', () => {
  const strict = { ...rules, username_pattern: 'ada|r.*' };
  const names = ['ada@example.org', 'bob', 'adam', 'xada'].map((name) => hubUserName(strict, name, false));
  expect(names).toEqual(['ada', 'robert', null, null]);
});
