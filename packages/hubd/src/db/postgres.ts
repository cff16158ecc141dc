import { TshubError } from '@tshub/contract';
import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import { common } from './settings.ts';

interface RawConnection {
  query(
    sql: string,
    done: (error: Error | null, result: { readonly rows: ReadonlyArray<{ readonly mine: boolean }> }) => void,
  ): void;
}

/** The first half of the lock's key: "tshu" in ASCII, which no other program is likely to use. The second half is the schema. */
const lock = 0x74_73_68_75;
const unit = 'postgresql.service';
const bigint = pg.types.builtins.INT8;

/**
 * A PostgreSQL database. The hub holds what it read in memory, so two hubs on one database would not see each other's changes:
 * the connection holds a lock for as long as it lives, and a second hub is refused (daemon_away).
 */
export function connectPostgres(url: string): Knex {
  return knexModule({
    ...common,
    client: Postgres,
    // bigint comes as text unless asked for otherwise; all of ours are times in milliseconds, which a number holds.
    connection: {
      connectionString: url,
      types: { getTypeParser: (type: number) => (type === bigint ? Number : pg.types.getTypeParser(type)) },
    },
    pool: {
      ...common.pool,
      afterCreate(connection: RawConnection, done: (error: Error | null) => void) {
        connection.query(
          `select pg_try_advisory_lock(${lock}, hashtext(current_schema())) as mine`,
          (error, result) => {
            if (error !== null) return done(error);
            done(result.rows[0]?.mine === true ? null : inUse());
          },
        );
      },
    },
  });
}

function inUse(): TshubError {
  return new TshubError('bad_request', { problem: 'another hub uses this database (hub.db_url); each needs its own' });
}

/** A copy of every table in a schema of its own: the hub has no other place to put one. */
export async function backUpTables(db: Knex, last: string): Promise<string> {
  const backup = `backup-${last}`;
  await db.transaction(async (trx) => {
    const found: { rows: Array<{ name: string }> } = await trx.raw(
      'select tablename as name from pg_tables where schemaname = current_schema()',
    );
    await trx.raw('drop schema if exists ?? cascade', [backup]);
    await trx.raw('create schema ??', [backup]);
    for (const { name } of found.rows) await trx.raw('create table ??.?? as table ??', [backup, name, name]);
  });
  return `schema "${backup}"`;
}

/** knex's client, whose statements throw disk_full and daemon_away for what an administrator can mend. */
class Postgres extends PostgresClient {
  override async query(connection: { __knex__disposed?: unknown }, statement: unknown): Promise<unknown> {
    try {
      return await super.query(connection, statement);
    } catch (error) {
      // The next statement gets a new connection, also before this one has noticed its end: knex asks for this mark.
      if (isAway(error)) connection.__knex__disposed = error;
      throw named(error);
    }
  }

  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw named(error);
    }
  }
}

function named(error: unknown): unknown {
  if (codeOf(error) === '53100')
    return new TshubError('disk_full', { where: 'the data directory of PostgreSQL' }, { cause: error });
  return isAway(error) ? new TshubError('daemon_away', { unit }, { cause: error }) : error;
}

/** PostgreSQL's classes 57P (the server goes down) and 08 (no connection); the rest are codes and words of sockets. */
function isAway(error: unknown): boolean {
  if (/^(08|57P)|^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/.test(codeOf(error))) return true;
  return error instanceof Error && /Connection (terminated|ended)/i.test(error.message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
