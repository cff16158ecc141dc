import { randomBytes } from 'node:crypto';
import knexModule, { type Knex } from 'knex';
import { openDatabase } from '../../packages/hubd/src/db/open.ts';

const log = { info: () => undefined, error: () => undefined };

/** The PostgreSQL database that tests use where one is given (scripts/test gives one to a second run of the suite); '' for SQLite. */
const url = process.env['TSHUB_TEST_DATABASE'] ?? '';

/** An empty database with the hub's schema: in memory, or a schema of its own in a PostgreSQL that is thrown away afterwards. */
export async function databaseForTest(): Promise<Knex> {
  if (url === '') return openDatabase({ file: ':memory:', log });
  const schema = `test_${randomBytes(8).toString('hex')}`;
  const admin = knexModule({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
  await admin.raw('create schema ??', [schema]).finally(() => admin.destroy());
  const own = new URL(url);
  own.searchParams.set('options', `-c search_path=${schema}`);
  return openDatabase({ file: '', url: own.href, log });
}
