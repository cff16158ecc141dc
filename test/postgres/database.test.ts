import knexModule, { type Knex } from 'knex';
import { afterEach, expect, test } from 'vitest';
import { migrate, type Migration } from '../../packages/hubd/src/db/migrate.ts';
import { migrations } from '../../packages/hubd/src/db/migrations/index.ts';
import { openDatabase } from '../../packages/hubd/src/db/open.ts';
import { backUpTables } from '../../packages/hubd/src/db/postgres.ts';
import { databaseForTest } from '../support/database-for-test.ts';

const url = process.env['TSHUB_TEST_DATABASE'] ?? '';
const log = { info: () => undefined, error: () => undefined };
const open: Knex[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((db) => db.destroy()));
});

function admin(): Knex {
  const db = knexModule({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
  open.push(db);
  return db;
}

test('a second hub on the same database is refused, and let in when the first is gone', async () => {
  const first = await openDatabase({ file: '', url, log });
  open.push(first);
  await expect(openDatabase({ file: '', url, log })).rejects.toThrow('another hub uses this database');
  await first.destroy();
  open.push(await openDatabase({ file: '', url, log }));
});

test('a connection that was cut is named, and the next statement has a new one', async () => {
  const db = await databaseForTest();
  open.push(db);
  const { rows }: { rows: Array<{ pid: number }> } = await db.raw('select pg_backend_pid() as pid');
  const asleep = db.raw('select pg_sleep(60)').catch((error: unknown) => error);
  await admin().raw('select pg_terminate_backend(?)', [rows[0]?.pid ?? 0]);
  expect(await asleep).toMatchObject({ code: 'daemon_away', message: expect.stringContaining('postgresql.service') });
  expect(await db('users').count({ total: '*' })).toEqual([{ total: 0 }]);
});

test('a server that is not there is named, with what to look at', async () => {
  const nowhere = openDatabase({ file: '', url: 'postgresql:///tshub?host=/nonexistent', log });
  await expect(nowhere).rejects.toMatchObject({ code: 'daemon_away' });
});

test('an upgrade keeps a copy of all tables in a schema of its own', async () => {
  const db = await databaseForTest();
  open.push(db);
  await db('users').insert({ name: 'ada', created: 1, cookie_id: 'x' });
  const next: Migration = {
    name: '999-next',
    up: async (trx) => void (await trx('users').del()),
    down: () => Promise.resolve(),
  };
  const result = await migrate(db, {
    where: url,
    backUp: (last) => backUpTables(db, last),
    migrations: [...migrations, next],
  });
  expect(result).toMatchObject({ applied: ['999-next'], backup: `schema "backup-${migrations.at(-1)?.name}"` });
  expect(await db('users').pluck('name')).toEqual([]);
  expect(
    await db
      .withSchema(`backup-${migrations.at(-1)?.name}`)
      .from('users')
      .pluck('name'),
  ).toEqual(['ada']);
});

test('a database of a newer tshub is refused', async () => {
  const db = await databaseForTest();
  open.push(db);
  await db('knex_migrations').insert({ name: '999-later', batch: 9, migration_time: new Date() });
  await expect(migrate(db, { where: url, backUp: () => Promise.resolve(null) })).rejects.toThrow(
    'was written by a newer tshub',
  );
});
