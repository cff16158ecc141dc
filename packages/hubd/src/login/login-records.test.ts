import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../db/open.ts';
import { makeUsersStore } from '../users/users-store.ts';
import { type LoginRecords, makeLoginRecords } from './login-records.ts';

const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
let db: Knex;
let keys: readonly Buffer[];
let records: LoginRecords;
let ada: number;
let bob: number;

beforeEach(async () => {
  db = await openDatabase({ file: ':memory:', log: { info: () => undefined, error: () => undefined } });
  const users = makeUsersStore(db, { now: () => 0 });
  [ada, bob] = [(await users.ensure('ada', false)).id, (await users.ensure('bob', false)).id];
  keys = [one];
  records = makeLoginRecords({ db, keys: () => keys });
});
afterEach(() => db.destroy());

const stored = async (id: number): Promise<string | null | undefined> =>
  (await db<{ user_id: number; auth_state: string | null }>('login_records').where({ user_id: id }).first())
    ?.auth_state;
const login = { authenticator: 'oidc', userInfo: { name: 'Ada' }, authState: { token: 'secret-of-ada' } };

describe('auth_state', () => {
  test('is read as it was written, and is not in the database', async () => {
    await records.authState.write(ada, { token: 'secret-of-ada' });
    expect(await records.authState.read(ada)).toEqual({ token: 'secret-of-ada' });
    expect(Buffer.from((await stored(ada)) ?? '', 'base64').toString('latin1')).not.toContain('secret');
    expect(await records.authState.read(bob)).toBeNull();
  });

  test('of one user does not open as that of another', async () => {
    await records.authState.write(ada, { token: 'secret-of-ada' });
    await records.authState.write(bob, {});
    await db('login_records')
      .where({ user_id: bob })
      .update({ auth_state: await stored(ada) });
    expect(await records.authState.read(bob)).toBeNull();
  });

  test('is sealed anew with the first key when it is read with a later one', async () => {
    await records.authState.write(ada, { a: 1 });
    keys = [two, one];
    expect(await records.authState.read(ada)).toEqual({ a: 1 });
    keys = [two];
    expect(await records.authState.read(ada)).toEqual({ a: 1 });
    keys = [one];
    expect(await records.authState.read(ada)).toBeNull();
  });

  test('can be taken away, always; and set only while it is switched on', async () => {
    await records.authState.write(ada, { a: 1 });
    keys = [];
    expect(await records.authState.read(ada)).toBeNull();
    await expect(records.authState.write(ada, { a: 2 })).rejects.toMatchObject({ code: 'bad_request' });
    await records.authState.write(ada, null);
    expect(await stored(ada)).toBeNull();
  });

  test('of a login is kept by one without, replaced by one with, cleared by one while it is off', async () => {
    await records.noteLogin(ada, login);
    await records.noteLogin(ada, { ...login, authState: undefined });
    expect(await records.authState.read(ada)).toEqual({ token: 'secret-of-ada' });
    await records.noteLogin(ada, { ...login, authState: { token: 'new' } });
    expect(await records.authState.read(ada)).toEqual({ token: 'new' });
    keys = [];
    await records.noteLogin(ada, login);
    expect(await stored(ada)).toBeNull();
  });
});

test('what is known of people is had for many at once, and goes with the user', async () => {
  await records.noteLogin(ada, login);
  await records.noteLogin(bob, { ...login, authenticator: 'guest', userInfo: undefined });
  expect(await records.userInfo([ada, bob, 99])).toEqual(new Map([[ada, { name: 'Ada' }]]));
  expect([await records.countBy('guest'), await records.countBy('oidc')]).toEqual([1, 1]);
  await db('users').where({ id: bob }).del();
  expect(await records.countBy('guest')).toBe(0);
});

test('setting auth_state does not change how somebody came in', async () => {
  await records.noteLogin(ada, login);
  await records.authState.write(ada, { a: 1 });
  expect(await records.countBy('oidc')).toBe(1);
  expect((await records.userInfo([ada])).size).toBe(1);
});

describe('logins', () => {
  test('write nothing when they are like the last one, and what changed when they are not', async () => {
    const writes: string[] = [];
    db.on('query', ({ sql }: { sql: string }) => writes.push(sql.split(' ')[0] ?? ''));
    const plain = { authenticator: 'pam', userInfo: { name: 'Ada' }, authState: undefined };
    await records.noteLogin(ada, plain);
    await records.noteLogin(ada, plain);
    expect(writes).toEqual(['insert']);
    await records.noteLogin(ada, { ...plain, userInfo: { name: 'Ada L.' } });
    expect((await records.userInfo([ada])).get(ada)).toEqual({ name: 'Ada L.' });
    await records.noteLogin(ada, { ...plain, userInfo: undefined });
    expect((await records.userInfo([ada])).has(ada)).toBe(false);
    await records.noteLogin(ada, plain);
    expect((await records.userInfo([ada])).get(ada)).toEqual({ name: 'Ada' });
  });

  test('clear a state that was set meanwhile, once it is switched off', async () => {
    keys = [];
    const plain = { authenticator: 'pam', userInfo: undefined, authState: undefined };
    await records.noteLogin(ada, plain);
    keys = [one];
    await records.authState.write(ada, { a: 1 });
    keys = [];
    await records.noteLogin(ada, plain);
    expect(await stored(ada)).toBeNull();
  });
});
