import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import { migrations as ours } from './migrations/index.ts';

export interface Migration {
  readonly name: string;
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
}

export interface MigrateOptions {
  /** For people: a file or a URL. */
  readonly where: string;
  /** Keeps what there is now under a name with `last` in it, and says where; null when there is nothing to keep. */
  readonly backUp: (last: string) => Promise<string | null>;
  readonly migrations?: readonly Migration[];
}

/** Brings the schema up to date; before a change of a database in use, a backup is written. Throws config_invalid for a newer schema. */
export async function migrate(
  db: Knex,
  options: MigrateOptions,
): Promise<{ readonly applied: readonly string[]; readonly backup: string | null }> {
  const migrations = options.migrations ?? ours;
  const present = await appliedNames(db);
  const unknown = present.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    const problem = `${options.where}: was written by a newer tshub (it has ${JSON.stringify(unknown[0])}); install that version, or put back a backup from the same folder`;
    throw new TshubError('config_invalid', { problem });
  }
  const wanted = migrations.filter((migration) => !present.includes(migration.name));
  if (wanted.length === 0) return { applied: [], backup: null };
  const backup = present.length > 0 ? await options.backUp(present.at(-1) ?? '') : null;
  const config = { migrationSource: sourceOf(migrations) };
  // A lock that is there was left by a process that was killed: the hub is the only writer.
  if (present.length > 0) await db.migrate.forceFreeMigrationsLock(config);
  await db.migrate.latest(config);
  return { applied: wanted.map((migration) => migration.name), backup };
}

async function appliedNames(db: Knex): Promise<string[]> {
  if (!(await db.schema.hasTable('knex_migrations'))) return [];
  const rows: Array<{ name: string }> = await db('knex_migrations').select('name').orderBy('id');
  return rows.map((row) => row.name);
}

function sourceOf(migrations: readonly Migration[]): Knex.MigrationSource<Migration> {
  return {
    getMigrations: () => Promise.resolve([...migrations]),
    getMigrationName: (migration) => migration.name,
    getMigration: (migration) => Promise.resolve(migration),
  };
}
