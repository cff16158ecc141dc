import { dirname } from 'node:path';
import { TshubError } from '@tshub/contract';
import knexModule, { type Knex } from 'knex';
import { sqliteOn } from './full-disk.ts';
import { migrate } from './migrate.ts';

export interface OpenLog {
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  error(fields: Readonly<Record<string, unknown>>, sentence: string): void;
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

/**
 * Opens the hub's database and brings its schema up to date. Throws config_invalid for a file that is damaged or no database.
 * Statements throw disk_full when there is no room; the journal is told once here, not by everybody who meets it.
 */
export async function openDatabase(options: OpenOptions): Promise<Knex> {
  const db = knexModule({
    client: sqliteOn(dirname(options.file), (error) => options.log.error({ error }, error.message)),
    connection: { filename: options.file },
    useNullAsDefault: true,
    // An error holds the statement, never its values: it goes to the journal, and values may be secrets.
    compileSqlOnError: false,
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
    await requireSound(db, options.file);
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

/** Rather no hub than one that finds out page by page what is lost. */
async function requireSound(db: Knex, file: string): Promise<void> {
  let found: string;
  let cause: unknown;
  try {
    const rows: Array<{ quick_check: string }> = await db.raw('PRAGMA quick_check(1)');
    // A line with the table, then the first thing that is wrong.
    found = rows[0]?.quick_check.split('\n').at(-1) ?? 'no answer';
    if (found === 'ok') return;
  } catch (error) {
    if (error instanceof TshubError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'SQLITE_NOTADB' && code !== 'SQLITE_CORRUPT') throw cannotUse(file, error);
    [found, cause] = [(error as Error).message, error];
  }
  const problem = `${file}: expected a sound SQLite database, found damage (${found}); put back a backup, or move the file away to begin with an empty one: systemctl stop tshub; mv ${file} ${file}.damaged; systemctl start tshub`;
  throw new TshubError('config_invalid', { problem }, { cause });
}

/** A full disk, missing rights: worth another try, so no problem of the settings. */
function cannotUse(file: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(
    `${file}: cannot be used: ${reason}; is the disk full or not writable for the hub? See: df -h ${dirname(file)}; ls -l ${dirname(file)}`,
    { cause: error },
  );
}
