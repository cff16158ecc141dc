import { expect, test } from 'vitest';
import { decideAdmission } from './allow.ts';

const rules = {
  admin_groups: ['tshub-admin'],
  admin_users: ['root-of-hub'],
  allow_all: false,
  allowed_groups: ['students'],
  allowed_users: ['ada'],
  blocked_users: ['eve'],
};

test.each([
  ['a user who is named', 'ada', [], { allowed: true, admin: false }],
  ['a member of a group that is named', 'bob', ['students'], { allowed: true, admin: false }],
  ['somebody else', 'mallory', ['staff'], { allowed: false, admin: false }],
  ['an administrator by name', 'root-of-hub', [], { allowed: true, admin: true }],
  ['an administrator by group', 'carol', ['tshub-admin'], { allowed: true, admin: true }],
  ['a blocked user in every group', 'eve', ['students', 'tshub-admin'], { allowed: false, admin: false }],
] as const)('%s', (_, user, groups, expected) => {
  expect(decideAdmission(rules, user, groups)).toEqual(expected);
});

test('allow_all lets everybody in but those who are blocked', () => {
  const open = { ...rules, allow_all: true };
  expect(decideAdmission(open, 'mallory', []).allowed).toBe(true);
  expect(decideAdmission(open, 'eve', []).allowed).toBe(false);
});

test('names are compared exactly', () => {
  expect(decideAdmission(rules, 'Ada', []).allowed).toBe(false);
});
