import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import SqliteClient from 'knex/lib/dialects/sqlite3/index.js';

/** disk_full, with the error as its cause, if there was no room to write; any other error as it is. */
export function nameFullDisk(error: unknown, where: string): unknown {
  const code = codeOf(error);
  return code === 'SQLITE_FULL' || code === 'ENOSPC' ? new TshubError('disk_full', { where }, { cause: error }) : error;
}

/**
 * knex's client for SQLite, whose statements throw disk_full when there is no room below `where`.
 * `tell` gets the first such error, and another one only after the statement that failed has worked: small ones may work all the time.
 */
export function sqliteOn(where: string, tell: (error: TshubError) => void): typeof Knex.Client {
  let failing: string | undefined;
  // A transaction has a client of its own that is made without a constructor: so there are no fields here.
  return class extends SqliteClient {
    override async query(connection: unknown, statement: unknown): Promise<unknown> {
      try {
        const done: unknown = await super.query(connection, statement);
        if (sqlOf(statement) === failing) failing = undefined;
        return done;
      } catch (thrown) {
        if (isRolledBack(statement, thrown)) return statement;
        const error = nameFullDisk(thrown, where);
        if (error instanceof TshubError) {
          if (failing === undefined) tell(error);
          failing ??= sqlOf(statement);
        }
        throw error;
      }
    }
  };
}

/** SQLite takes a transaction back by itself when the disk is full; a failure to do it again would hide the reason. */
function isRolledBack(statement: unknown, error: unknown): boolean {
  return statement === 'ROLLBACK' && error instanceof Error && error.message.includes('no transaction is active');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function sqlOf(statement: unknown): string {
  const sql = typeof statement === 'object' && statement !== null && 'sql' in statement ? statement.sql : statement;
  return String(sql);
}
