import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { TshubError } from '@tshub/contract';
import knexModule, { type Knex } from 'knex';
import { sqliteOn } from './full-disk.ts';
import type { OpenLog } from './open.ts';
import { common } from './settings.ts';

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

/** The hub's own file, or `:memory:`. Statements throw disk_full when there is no room; the journal is told once, not by everybody who meets it. */
export function connectSqlite(file: string, log: OpenLog): Knex {
  return knexModule({
    ...common,
    client: sqliteOn(dirname(file), (error) => log.error({ error }, error.message)),
    connection: { filename: file },
    useNullAsDefault: true,
    pool: {
      ...common.pool,
      afterCreate: (connection: RawConnection, done: (error: Error | null) => void) => connection.exec(pragmas, done),
    },
  });
}

/** A copy beside the file; `:memory:` has none. */
export async function backUpFile(db: Knex, file: string, last: string): Promise<string | null> {
  if (file === ':memory:') return null;
  const backup = `${file}.backup-${last}`;
  rmSync(backup, { force: true });
  await db.raw('VACUUM INTO ?', [backup]);
  return backup;
}

/** Rather no hub than one that finds out page by page what is lost: throws config_invalid. */
export async function requireSound(db: Knex, file: string): Promise<void> {
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
