import knexModule, { type Knex } from 'knex';
import { migrate } from './migrate.ts';

export interface OpenLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

export interface OpenOptions {
  /** A path, or `:memory:`. */
  readonly file: string;
  readonly log: OpenLog;
}

interface RawConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
}

/** WAL so that a backup never waits for the hub; NORMAL loses at most the last moment when the power fails, and never the file. */
const pragmas = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = NORMAL',
  'PRAGMA foreign_keys = ON',
  'PRAGMA busy_timeout = 5000',
].join(';');

/** Opens the hub's database and brings its schema up to date. */
export async function openDatabase(options: OpenOptions): Promise<Knex> {
  const db = knexModule({
    client: 'sqlite3',
    connection: { filename: options.file },
    useNullAsDefault: true,
    // What goes wrong is thrown; saying it twice helps nobody.
    log: { warn: () => undefined, error: () => undefined, deprecate: () => undefined, debug: () => undefined },
    // One writer, one connection: statements are in the order in which they were asked for.
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: RawConnection, done: (error: Error | null) => void) => connection.exec(pragmas, done),
    },
  });
  try {
    const { applied, backup } = await migrate(db, { file: options.file });
    if (backup !== null)
      options.log.info(
        { file: options.file, backup },
        `The database was upgraded (${applied.join(', ')}); what it was before is kept as ${backup}`,
      );
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
