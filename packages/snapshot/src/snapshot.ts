import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import sqlite3 from 'sqlite3';

/** Runs `work` on a consistent copy of a database that may be in use: readers never make the hub wait. The copy is gone afterwards. */
export async function withCopy<T>(file: string, work: (copy: string) => Promise<T>): Promise<T> {
  requirePlainFile(file);
  const folder = mkdtempSync(`${dirname(file)}/.snapshot-`);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also at the end of whoever is told to stop on the way.
  process.once('exit', remove);
  try {
    const copy = `${folder}/copy.sqlite`;
    await withDatabase(file, sqlite3.OPEN_READONLY, (db) => all(db, 'VACUUM INTO ?', [copy]));
    return await work(copy);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/**
 * What is in the place of a database may be a pipe or a device, whose opening never ends, or a link to one. SQLite opens it once more,
 * by its name, since it must find the journal beside it. Who can put something else there in between is the account that this
 * runs as: it reads nothing so that it could not read, and what never ends is ended by tshubctl, which watches for progress.
 */
function requirePlainFile(file: string): void {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  let opened: number;
  try {
    opened = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    throw new Error(`${file}: expected a plain file: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  try {
    if (!fstatSync(opened).isFile()) throw new Error(`${file}: expected a plain file, found something else`);
  } finally {
    closeSync(opened);
  }
}

/** What is wrong with a database for a tshub that knows these migrations; null if nothing. */
export async function problemOf(file: string, known: readonly string[]): Promise<string | null> {
  try {
    // Immutable: nobody else has it, and nothing is to be written beside it.
    const uri = `file:${encodeURI(file).replaceAll('?', '%3f').replaceAll('#', '%23')}?immutable=1`;
    return await withDatabase(uri, sqlite3.OPEN_READONLY | sqlite3.OPEN_URI, async (db) => {
      const [found] = await all(db, 'PRAGMA integrity_check(1)');
      if (found?.['integrity_check'] !== 'ok') return `the database is damaged: ${String(found?.['integrity_check'])}`;
      const dangling = await all(db, 'PRAGMA foreign_key_check');
      if (dangling.length > 0) return 'the database is damaged: rows refer to rows that are not there';
      const names = (await all(db, 'SELECT name FROM knex_migrations ORDER BY id')).map((row) => String(row['name']));
      const newer = names.find((name) => !known.includes(name));
      return newer === undefined
        ? null
        : `the database is of a newer tshub (it has "${newer}"): install that one first`;
    });
  } catch (error) {
    return `the database cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type Row = Readonly<Record<string, unknown>>;

async function withDatabase<T>(name: string, mode: number, work: (db: sqlite3.Database) => Promise<T>): Promise<T> {
  const db = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened: sqlite3.Database = new sqlite3.Database(name, mode, (error) =>
      error === null ? resolve(opened) : reject(error),
    );
  });
  try {
    return await work(db);
  } finally {
    await new Promise<void>((resolve) => db.close(() => resolve()));
  }
}

function all(db: sqlite3.Database, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    db.all(sql, values, (error: Error | null, rows: Row[]) => (error === null ? resolve(rows) : reject(error)));
  });
}
