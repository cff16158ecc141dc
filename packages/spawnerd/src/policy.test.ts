import { schema } from '@tshub/config';
import type { Account } from '@tshub/native';
import { describe, expect, test } from 'vitest';
import { objection, type PolicySettings } from './policy.ts';

const defaults = schema.parse({}).spawner;

function account(changes: Partial<Account> = {}): Account {
  const groups = [
    { gid: 1000, name: 'ada' },
    { gid: 2000, name: 'students' },
  ];
  return { name: 'ada', uid: 1000, gid: 1000, gecos: '', home: '/home/ada', shell: '/bin/bash', groups, ...changes };
}

function ask(
  found: Account | null,
  settings: Partial<PolicySettings> = {},
  more: { user?: string; back?: Account } = {},
) {
  const { user = 'ada', back = found } = more;
  return objection({ user, account: found, back }, { ...defaults, ...settings });
}

test('an ordinary account may have a server', () => {
  expect(ask(account())).toBeNull();
});

test.each<[string, Account | null, Partial<PolicySettings>, { user?: string; back?: Account }, RegExp]>([
  ['a name without an account', null, {}, {}, /no account ada/],
  ['the name root', account(), {}, { user: 'root' }, /root never/],
  ['uid 0 under another name', account({ name: 'toor', uid: 0 }), {}, { user: 'toor' }, /toor is root/],
  ['the group of root', account({ gid: 0 }), {}, {}, /group of root/],
  ['a system account', account({ uid: 999 }), {}, {}, /below min_uid 1000/],
  ['a uid above the range', account({ uid: 60001 }), {}, {}, /above max_uid 60000/],
  ['a denied user', account(), { denied_users: ['ada'] }, {}, /denied_users/],
  [
    'a user in none of the groups',
    account(),
    { allowed_groups: ['staff', 'wheel'] },
    {},
    /none of allowed_groups \(staff, wheel\)/,
  ],
  ['an alias that the name service resolves', account(), {}, { user: 'ADA' }, /another name of ada/],
  ['a second name for a uid', account(), {}, { back: account({ name: 'eve' }) }, /shares uid 1000 with eve/],
  ['the shell nologin', account({ shell: '/usr/sbin/nologin' }), {}, {}, /shell \/usr\/sbin\/nologin/],
  ['the shell false', account({ shell: '/bin/false' }), {}, {}, /shell \/bin\/false/],
])('%s is refused', (_, found, settings, more, sentence) => {
  expect(ask(found, settings, more)).toMatch(sentence);
});

test('one allowed group is enough', () => {
  expect(ask(account(), { allowed_groups: ['staff', 'students'] })).toBeNull();
});

test('min_uid of 1 still refuses root', () => {
  expect(ask(account({ uid: 0 }), { min_uid: 1 })).toMatch(/is root/);
});

describe('with dynamic users', () => {
  const dynamic = { dynamic_users: true };

  test('a name without an account may have a server', () => {
    expect(ask(null, dynamic)).toBeNull();
  });

  test.each<[string, Account | null, Partial<PolicySettings>, RegExp]>([
    ['root', account({ uid: 0 }), {}, /is root/],
    ['a system account', account({ uid: 33 }), {}, /below min_uid/],
    ['a denied user', null, { denied_users: ['ada'] }, /denied_users/],
    [
      'a name without an account when groups are asked for',
      null,
      { allowed_groups: ['students'] },
      /none of allowed_groups/,
    ],
  ])('%s is refused', (_, found, settings, sentence) => {
    expect(ask(found, { ...dynamic, ...settings })).toMatch(sentence);
  });
});
