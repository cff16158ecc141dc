import type { Knex } from 'knex';
import { migrate } from './migrate.ts';
import { backUpTables, connectPostgres } from './postgres.ts';
import { backUpFile, connectSqlite, requireSound } from './sqlite.ts';

export interface OpenLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  error(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

export interface OpenOptions {
  /** A path, or `:memory:`. Not used when there is a url. */
  readonly file: string;
  /** Of a PostgreSQL database; '' for the file. */
  readonly url?: string;
  readonly log: OpenLog;
}

/** Opens the hub's database and brings its schema up to date. Throws config_invalid for a file that is damaged, no database, or of a newer tshub. */
export async function openDatabase({ file, url = '', log }: OpenOptions): Promise<Knex> {
  const where = url === '' ? file : url;
  const db = url === '' ? connectSqlite(file, log) : connectPostgres(url);
  try {
    if (url === '') await requireSound(db, file);
    const backUp = (last: string): Promise<string | null> =>
      url === '' ? backUpFile(db, file, last) : backUpTables(db, last);
    const { applied, backup } = await migrate(db, { where, backUp });
    if (backup !== null)
      log.info(
        { database: where, backup },
        `The database was upgraded (${applied.join(', ')}); what it was before is kept as ${backup}`,
      );
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
