import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import { LateTimes } from './late-times.ts';

let db: Knex;
let lost: number;
let times: LateTimes;
beforeEach(async () => {
  db = await databaseForTest();
  lost = 0;
  times = new LateTimes({ db, table: 'users', delayMs: 60_000, onLost: (_, count) => (lost += count) });
  const rows = Array.from({ length: 250 }, (_, i) => ({
    id: i + 1,
    name: `user-${i}`,
    admin: false,
    admin_given: false,
    created: 0,
    last_activity: i === 1 ? 900 : null,
    cookie_id: `c${i}`,
  }));
  for (let i = 0; i < rows.length; i += 50) await db('users').insert(rows.slice(i, i + 50));
});
afterEach(() => db.destroy());

const written = async (): Promise<Map<number, number | null>> => {
  const rows: Array<{ id: number; last_activity: number | null }> = await db('users').select('id', 'last_activity');
  return new Map(rows.map((row) => [row.id, row.last_activity]));
};

test('times are written down together, each the latest', async () => {
  for (let id = 1; id <= 250; id++) times.note(id, id * 1000);
  times.note(1, 5000);
  times.note(1, 4000);
  expect(times.of(1)).toBe(5000);
  expect((await written()).get(1)).toBeNull();
  const transactions: string[] = [];
  db.on('query', ({ sql }: { sql: string }) => transactions.push(sql.split(' ')[0] ?? ''));
  await times.flush();
  expect(transactions.filter((word) => word === 'update')).toHaveLength(3);
  const now = await written();
  expect([now.get(1), now.get(2), now.get(250)]).toEqual([5000, 2000, 250_000]);
  expect(times.of(1)).toBeUndefined();
});

test('a later time in the database stays', async () => {
  times.note(2, 500);
  await times.flush();
  expect((await written()).get(2)).toBe(900);
});

test('what cannot be written down is told, and what comes after it is written', async () => {
  await db.schema.renameTable('users', 'elsewhere');
  times.note(3, 1);
  times.note(4, 1);
  await times.flush();
  expect(lost).toBe(2);
  await db.schema.renameTable('elsewhere', 'users');
  times.note(3, 7);
  await times.flush();
  expect((await written()).get(3)).toBe(7);
});
