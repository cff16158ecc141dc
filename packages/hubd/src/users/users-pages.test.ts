import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import { makeUsersPages, type UserOrder, userOrders, type UserPage, type UserSearch } from './users-pages.ts';

let db: Knex;
const everybody: UserSearch = { order: 'running', name: '', state: 'any', group: '', onlyAdmins: false };

/** 60 users: every seventh runs a server, every third was never seen, every tenth administers. */
beforeAll(async () => {
  db = await databaseForTest();
  const users = Array.from({ length: 60 }, (_, i) => ({
    id: i + 1,
    name: `u${String((i * 37) % 60).padStart(2, '0')}`,
    admin: i % 10 === 0,
    created: 1000 + (i % 4),
    last_activity: i % 3 === 0 ? null : 5000 + (i % 5),
    cookie_id: `c${i}`,
  }));
  await db.batchInsert('users', users, 50);
  for (let i = 0; i < 60; i += 7) {
    await db('servers').insert({ user_id: i + 1, name: '', active: true });
    await db('servers').insert({ user_id: i + 1, name: 'second', active: true });
  }
  await db('servers').insert({ user_id: 2, name: '', active: false });
  await db('groups').insert({ id: 1, name: 'class' });
  await db('group_members').insert([3, 8, 15, 40].map((user_id) => ({ group_id: 1, user_id })));
});
afterAll(() => db.destroy());

async function walk(search: UserSearch, limit: number): Promise<UserPage[]> {
  const pages: UserPage[] = [await makeUsersPages(db).page(search, null, limit)];
  for (let next = pages[0]!.next; next !== null; next = pages.at(-1)!.next)
    pages.push(await makeUsersPages(db).page(search, { after: next }, limit));
  return pages;
}

const names = (pages: readonly UserPage[]): string[] => pages.flatMap(({ users }) => users.map(({ name }) => name));

describe('pages of users', () => {
  test.each(userOrders)('in the order %s hold everybody once, and turning back gives the same pages', async (order) => {
    const search = { ...everybody, order };
    const whole = names([await makeUsersPages(db).page(search, null, 100)]);
    expect(new Set(whole).size).toBe(60);
    for (const limit of [1, 7, 25, 59, 60]) {
      const pages = await walk(search, limit);
      expect(names(pages)).toEqual(whole);
      const back: string[][] = [names([pages.at(-1)!])];
      for (let at = pages.at(-1)!.previous; at !== null;) {
        const page = await makeUsersPages(db).page(search, { before: at }, limit);
        back.unshift(names([page]));
        at = page.previous;
      }
      expect(back.flat()).toEqual(whole);
    }
  });

  test('begin with those whose servers run, each part by name', async () => {
    const all = names(await walk(everybody, 20));
    const running = all.slice(0, 9);
    expect(running).toEqual(running.toSorted());
    expect(all.slice(9)).toEqual(all.slice(9).toSorted());
    expect(names(await walk({ ...everybody, state: 'active' }, 4))).toEqual(running);
    expect(names(await walk({ ...everybody, state: 'inactive' }, 4))).toEqual(all.slice(9));
  });

  test.each([
    ['last_activity', (row: UserPage['users'][number]) => row.lastActivity ?? 0],
    ['created', (row: UserPage['users'][number]) => row.created],
  ] as const)('are in the order of %s', async (order, of) => {
    const values = (await walk({ ...everybody, order }, 9)).flatMap(({ users }) => users.map(of));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    const down = (await walk({ ...everybody, order: `-${order}` satisfies UserOrder }, 9)).flatMap(({ users }) =>
      users.map(of),
    );
    expect(down).toEqual(values.toReversed());
  });

  test('hold what was asked for, and no pattern is more than its text', async () => {
    expect(names(await walk({ ...everybody, name: 'U0' }, 3)).toSorted()).toEqual(
      Array.from({ length: 10 }, (_, i) => `u0${i}`),
    );
    expect(names(await walk({ ...everybody, name: '%' }, 3))).toEqual([]);
    expect(names(await walk({ ...everybody, group: 'class' }, 3))).toHaveLength(4);
    expect(names(await walk({ ...everybody, onlyAdmins: true }, 4))).toHaveLength(6);
    const only = { users: ['u00'], groups: ['class'] };
    expect(names(await walk({ ...everybody, only }, 2))).toHaveLength(5);
  });

  test('are counted up to a bound', async () => {
    const pages = makeUsersPages(db);
    expect(await pages.count(everybody, 1000)).toBe(60);
    expect(await pages.count(everybody, 40)).toBe(40);
    expect(await pages.count({ ...everybody, state: 'active' }, 1000)).toBe(9);
    expect(await pages.count({ ...everybody, state: 'inactive', group: 'class' }, 1000)).toBe(2);
  });
});

test.runIf((process.env['TSHUB_TEST_DATABASE'] ?? '') === '')(
  'a page never sorts nor reads all users of the hub',
  async () => {
    const plans: string[] = [];
    const asked = db.on('query', (query: { sql: string; bindings: readonly unknown[] }) => {
      if (query.sql.startsWith('select')) plans.push(JSON.stringify([query.sql, query.bindings]));
    });
    for (const order of userOrders) await walk({ ...everybody, order }, 25);
    asked.removeAllListeners('query');
    for (const text of new Set(plans)) {
      const [sql, bindings] = JSON.parse(text) as [string, string[]];
      const rows: Array<{ detail: string }> = await db.raw(`explain query plan ${sql}`, bindings);
      const plan = rows.map(({ detail }) => detail).join('; ');
      // A later page begins where the last one ended.
      if (/ [<>] \(\?/.test(sql)) expect([sql, plan]).toEqual([sql, expect.not.stringContaining('SCAN users')]);
      // Those whose servers run are few: they may be put in order.
      if (/ in \(select/.test(sql) && !/ not in /.test(sql))
        expect(plan).toMatch(/SEARCH users USING INTEGER PRIMARY KEY/);
      else expect([sql, plan]).toEqual([sql, expect.not.stringContaining('TEMP B-TREE')]);
    }
  },
);
