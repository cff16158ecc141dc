import { expect, test } from 'vitest';
import { decideAdmission } from './allow.ts';

const rules = {
  admin_groups: ['tshub-admin'],
  admin_users: ['root-of-hub'],
  allow_all: false,
  allow_existing_users: false,
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
  expect(decideAdmission(rules, { name: user, groups, exists: false })).toEqual(expected);
});

test('allow_all lets everybody in but those who are blocked', () => {
  const open = { ...rules, allow_all: true };
  expect(decideAdmission(open, { name: 'mallory', groups: [], exists: false }).allowed).toBe(true);
  expect(decideAdmission(open, { name: 'eve', groups: [], exists: false }).allowed).toBe(false);
});

test('names are compared exactly', () => {
  expect(decideAdmission(rules, { name: 'Ada', groups: [], exists: false }).allowed).toBe(false);
});

test('allow_existing_users lets in whom the hub knows, and nobody whom it blocks', () => {
  const open = { ...rules, allow_existing_users: true };
  const decide = (name: string, exists: boolean): boolean =>
    decideAdmission(open, { name, groups: [], exists }).allowed;
  expect([decide('mallory', true), decide('mallory', false), decide('eve', true)]).toEqual([true, false, false]);
  expect(decideAdmission(rules, { name: 'mallory', groups: [], exists: true }).allowed).toBe(false);
});
