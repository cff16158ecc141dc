import { schema } from '@tshub/config';
import { describe, expect, test } from 'vitest';
import { stepOfClaims } from './claims.ts';
import { oidcPlan } from './presets.ts';

const planOf = (settings: Readonly<Record<string, unknown>>) =>
  oidcPlan(schema.parse({ oidc: { issuer: 'https://login.example.org', ...settings } }).oidc);
const step = (settings: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>) =>
  stepOfClaims(planOf(settings), claims);

describe('the name', () => {
  test.each([
    [{}, { preferred_username: 'ada' }, 'ada'],
    [{ username_claim: 'employee.number' }, { employee: { number: 42 } }, '42'],
    [{ username_claim: 'https://school.example/name' }, { 'https://school.example/name': 'ada' }, 'ada'],
    [{ provider: 'google' }, { email: 'ada@x.example', email_verified: true }, 'ada@x.example'],
    [{ provider: 'github' }, { login: 'ada' }, 'ada'],
  ])('with %j and %j', (settings, claims, user) => {
    expect(step(settings, claims)).toMatchObject({ kind: 'ok', user });
  });

  test.each([
    [{}, {}],
    [{}, { preferred_username: '' }],
    [{}, { preferred_username: ['ada'] }],
    [{ username_claim: 'constructor.name' }, {}],
  ])('is missing with %j and %j', (settings, claims) => {
    expect(step(settings, claims)).toMatchObject({ kind: 'refused', reason: 'name' });
  });
});

describe('the domain', () => {
  const school = { allowed_domains: ['School.example'] };
  const ada = { preferred_username: 'ada', email: 'Ada@SCHOOL.example', email_verified: true };

  test.each([
    ['of the school', school, ada, true],
    ['not verified', school, { ...ada, email_verified: false }, false],
    ['verified in words only', school, { ...ada, email_verified: 'true' }, false],
    ['of another one', school, { ...ada, email: 'ada@school.example.evil.example' }, false],
    ['of nobody', school, { ...ada, email: undefined }, false],
    ['at Google, run by the school', { ...school, provider: 'google' }, { ...ada, hd: 'school.example' }, true],
    ['at Google, a private account', { ...school, provider: 'google' }, ada, false],
    ['a name that is an address nobody verified', { username_claim: 'email' }, { email: 'ada@x.example' }, false],
  ])('%s', (_, settings, claims, isIn) => {
    expect(step(settings, claims).kind).toBe(isIn ? 'ok' : 'refused');
  });

  test('is taken off the name, and only this one', () => {
    const strip = { ...school, strip_domain: true, username_claim: 'email' };
    expect(step(strip, ada)).toMatchObject({ user: 'Ada' });
    const upn = { ...strip, username_claim: 'upn' };
    for (const name of ['ada', 'ada@other.example', '@school.example'])
      expect(step(upn, { ...ada, upn: name })).toMatchObject({ kind: 'refused' });
  });
});

test.each([
  [{ groups: ['a', 'b', 'a', 3, ''] }, ['a', 'b']],
  [{ groups: 'only' }, ['only']],
  [{}, []],
])('the groups of %j', (claims, groups) => {
  expect(step({}, { preferred_username: 'ada', ...claims })).toMatchObject({ groups });
});

test('groups may lie deeper', () => {
  const claims = { preferred_username: 'ada', realm_access: { roles: ['teacher'] } };
  expect(step({ groups_claim: 'realm_access.roles' }, claims)).toMatchObject({ groups: ['teacher'] });
});

test('of the person no address is kept, and no picture without https', () => {
  const claims = { preferred_username: 'ada', name: 'Ada', email: 'ada@x.example', picture: 'javascript:alert(1)' };
  expect(step({}, claims)).toMatchObject({ userInfo: { name: 'Ada', display_name: 'Ada' } });
  expect(JSON.stringify(step({}, claims))).not.toMatch(/x\.example|javascript/);
});
