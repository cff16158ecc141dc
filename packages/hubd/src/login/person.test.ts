import { expect, test } from 'vitest';
import { personOfAccount } from './person.ts';

test.each([
  ['Ada Lovelace,Room 1,,', { name: 'Ada Lovelace', display_name: 'Ada Lovelace' }],
  ['& the Great', { name: 'ada the Great', display_name: 'ada the Great' }],
  ['', undefined],
  [',,,', undefined],
  ['\u001b[2J', { name: '[2J', display_name: '[2J' }],
])('the comment field %j', (gecos, person) => {
  expect(personOfAccount({ name: 'ada', gecos })).toEqual(person);
});

test('no account is nobody', () => {
  expect(personOfAccount(null)).toBeUndefined();
});
