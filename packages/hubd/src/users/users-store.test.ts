import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import type { UsersStore } from './user.ts';
import { makeUsersStore } from './users-store.ts';

let db: Knex;
let users: UsersStore;
beforeEach(async () => {
  db = await databaseForTest();
  users = makeUsersStore(db, { now: () => 1000 });
});
afterEach(() => db.destroy());

const names = async (query: Partial<Parameters<UsersStore['list']>[0]>): Promise<string[]> =>
  (await users.list({ offset: 0, limit: 100, ...query })).users.map((user) => user.name);

describe('users in the store', () => {
  test('a user is made once, and its admin flag follows', async () => {
    const first = await users.ensure('ada', false);
    const second = await users.ensure('ada', true);
    expect(second).toEqual({ ...first, admin: true });
    expect(await users.byName('ada')).toEqual(second);
    expect(await users.count()).toBe(1);
  });

  test('who was made an administrator otherwise stays one when a login says nothing of it', async () => {
    await users.ensure('ada', false);
    await users.setAdmin('ada', true);
    expect((await users.ensure('ada', false)).admin).toBe(true);
    await users.setAdmin('ada', false);
    expect((await users.ensure('ada', false)).admin).toBe(false);
    await users.add(['bob'], true);
    expect((await users.ensure('bob', false)).admin).toBe(true);
    expect(await users.admins()).toEqual(['bob']);
  });

  test('those that are added are those that there were not', async () => {
    await users.ensure('ada', false);
    const added = await users.add(['ada', 'bob', 'bob', 'eve'], false);
    expect(added.map(({ name }) => name).toSorted()).toEqual(['bob', 'eve']);
    expect(await users.add(['ada'], true)).toEqual([]);
    expect((await users.byName('ada'))?.admin).toBe(false);
  });

  test('a new name is found by, the old one is free, and none is taken twice', async () => {
    const ada = await users.ensure('ada', false);
    await users.ensure('bob', false);
    expect(await users.rename(ada.id, 'ida')).toEqual({ ...ada, name: 'ida' });
    expect([await users.byName('ada'), (await users.byCookieId(ada.cookieId))?.name]).toEqual([undefined, 'ida']);
    await expect(users.rename(ada.id, 'bob')).rejects.toMatchObject({ code: 'user_exists' });
  });

  test('pages of those that are picked in memory are full, and counted', async () => {
    const made = await users.add(['ada', 'bob', 'eve', 'kim'], false);
    const picked = new Set(made.filter(({ name }) => name !== 'bob').map(({ id }) => id));
    const page = await users.list({ offset: 1, limit: 1, sort: 'name', among: (id) => picked.has(id) });
    expect([page.users.map(({ name }) => name), page.total]).toEqual([['eve'], 3]);
  });

  test('two at once make one', async () => {
    const [a, b] = await Promise.all([users.ensure('ada', false), users.ensure('ada', false)]);
    expect(a.id).toBe(b.id);
  });

  test('names are compared exactly', async () => {
    await users.ensure('Ada', false);
    expect(await users.byName('ada')).toBeUndefined();
  });

  test('a removed user is not found any more, by any key', async () => {
    const ada = await users.ensure('ada', false);
    await users.remove(ada.id);
    expect([await users.byId(ada.id), await users.byName('ada'), await users.byCookieId(ada.cookieId)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('an id is never given twice', async () => {
    const ada = await users.ensure('ada', false);
    await users.remove(ada.id);
    expect((await users.ensure('bob', false)).id).not.toBe(ada.id);
  });

  test('a new cookie id ends what the old one opened', async () => {
    const ada = await users.ensure('ada', false);
    const renewed = await users.renewCookieId(ada.id);
    expect(await users.byCookieId(ada.cookieId)).toBeUndefined();
    expect((await users.byCookieId(renewed.cookieId))?.name).toBe('ada');
  });

  test('activity only moves forward', async () => {
    const ada = await users.ensure('ada', false);
    users.touch(ada.id, 500);
    users.touch(ada.id, 300);
    expect((await users.byId(ada.id))?.lastActivity).toBe(500);
    await users.flush();
    expect(await db('users').first('last_activity')).toEqual({ last_activity: 500 });
  });

  test('activity is known before it is written down, however a user is found', async () => {
    const ada = await users.ensure('ada', false);
    users.touch(ada.id, 500);
    // What is found in the database for the first time, or again.
    expect((await users.renewCookieId(ada.id)).lastActivity).toBe(500);
    expect((await users.list({ offset: 0, limit: 1 })).users[0]?.lastActivity).toBe(500);
  });
});

describe('lists of users', () => {
  test('say how many there are, also when some came and went', async () => {
    const total = async (): Promise<number> => (await users.list({ offset: 0, limit: 1 })).total;
    expect(await total()).toBe(await users.count());
    const before = await total();
    const [dee] = await users.add(['dee', 'eve'], false);
    expect(await total()).toBe(before + 2);
    await users.ensure('flo', false);
    expect(await total()).toBe(before + 3);
    await users.remove(dee?.id ?? 0);
    expect(await total()).toBe(before + 2);
    expect((await users.list({ offset: 0, limit: 1, nameFilter: 'eve' })).total).toBe(1);
  });

  beforeEach(async () => {
    for (const name of ['cy', 'ada', 'Bob_1', 'bobX1']) await users.ensure(name, false);
    const ada = await users.byName('ada');
    users.touch(ada?.id ?? 0, 7);
    await db('servers').insert({ user_id: ada?.id, name: '', active: true });
  });

  test('are in the order asked for; who was never active is first when ascending', async () => {
    expect(await names({})).toEqual(['cy', 'ada', 'Bob_1', 'bobX1']);
    expect(await names({ sort: '-id' })).toEqual(['bobX1', 'Bob_1', 'ada', 'cy']);
    expect(await names({ sort: 'last_activity' })).toEqual(['cy', 'Bob_1', 'bobX1', 'ada']);
    expect((await names({ sort: '-last_activity' }))[0]).toBe('ada');
  });

  test('are filtered by a part of the name, whatever the case, taken as it is', async () => {
    expect(await names({ nameFilter: 'BOB' })).toEqual(['Bob_1', 'bobX1']);
    expect(await names({ nameFilter: 'b_1' })).toEqual(['Bob_1']);
    expect(await names({ nameFilter: '%' })).toEqual([]);
  });

  test('are filtered by what runs', async () => {
    expect(await names({ state: 'active' })).toEqual(['ada']);
    expect(await names({ state: 'inactive' })).toEqual(['cy', 'Bob_1', 'bobX1']);
  });

  test('are paged, and the total counts all that match', async () => {
    const page = await users.list({ offset: 1, limit: 2 });
    expect(page.users.map((user) => user.name)).toEqual(['ada', 'Bob_1']);
    expect(page.total).toBe(4);
    expect((await users.list({ offset: 0, limit: 1, only: { users: ['ada', 'cy'], groups: [] } })).total).toBe(2);
    expect((await users.list({ offset: 0, limit: 1, only: { users: [], groups: ['none'] } })).total).toBe(0);
  });
});
