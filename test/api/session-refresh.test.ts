import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Browser } from '../support/browser.ts';
import { makeClock } from '../support/clock.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

// What becomes of logins and tokens when the account behind them goes.

let t: TestHub;
let ada: Browser;
let token: string;
/** Accounts of the host, as it has them now. */
let accounts: Array<{ name: string; uid: number; groups: readonly string[] }>;
const clock = makeClock();
const minute = 60_000;

beforeEach(async () => {
  accounts = [{ name: 'ada', uid: 2001, groups: ['staff'] }];
  t = await hubForTest({
    settings: { login: { auth_refresh_age: 300, allow_all: false, allowed_groups: ['staff'] } },
    accounts,
    clock,
    authenticate: () => ({ begin: ({ user }) => Promise.resolve({ kind: 'ok', user, groups: ['staff'] }) }),
  });
  ada = t.browser();
  await ada.login('ada', 'any');
  token = await t.token('ada');
});
afterEach(() => t.close());

const areGood = async () => [
  (await ada.get('/hub/home')).status === 200,
  (await t.api('/user', { token })).status === 200,
];

test('they are good until it is asked again, and no longer', async () => {
  expect(await areGood()).toEqual([true, true]);
  accounts.splice(0, 1);
  clock.advance(4 * minute);
  expect(await areGood()).toEqual([true, true]);
  clock.advance(2 * minute);
  expect(await areGood()).toEqual([false, false]);
  expect(await areGood()).toEqual([false, false]);
  expect(t.logged.filter(({ event }) => event === 'login-refused')).toMatchObject([
    { user: 'ada', reason: 'unknown-user', msg: 'ada is out: the account is gone' },
  ]);
});

test('an account that leaves the groups that may come in is out, and in again when it is back', async () => {
  accounts[0] = { name: 'ada', uid: 2001, groups: ['guests'] };
  expect(await areGood()).toEqual([false, false]);
  accounts[0] = { name: 'ada', uid: 2001, groups: ['staff'] };
  clock.advance(6 * minute);
  expect(await areGood()).toEqual([true, true]);
});

test('who logs in after having been out is in at once', async () => {
  accounts[0] = { name: 'ada', uid: 2001, groups: ['guests'] };
  expect(await areGood()).toEqual([false, false]);
  accounts[0] = { name: 'ada', uid: 2001, groups: ['staff'] };
  await ada.login('ada', 'any');
  expect(await areGood()).toEqual([true, true]);
});

test('an account that username_map makes this user is theirs', async () => {
  t.hub.reload({ ...t.settings, login: { ...t.settings.login, username_map: { lovelace: 'ada' } } });
  accounts[0] = { name: 'lovelace', uid: 2001, groups: ['staff'] };
  expect(await areGood()).toEqual([true, true]);
});

test('a name service that is away throws nobody out', async () => {
  accounts.map = () => {
    throw new Error('no answer');
  };
  expect(await areGood()).toEqual([true, true]);
});

test('users whom nobody let in with an account keep their tokens', async () => {
  const robot = await t.token((await t.user('robot')).name);
  expect((await t.api('/user', { token: robot })).status).toBe(200);
});
