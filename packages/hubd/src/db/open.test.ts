import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knexModule, { type Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate, type MigrateOptions, type Migration } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open.ts';
import { backUpFile } from './sqlite.ts';

let folder: string;
let file: string;
const open: Knex[] = [];
const log = { info: () => undefined, error: () => undefined };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-db-'));
  file = join(folder, 'tshub.sqlite');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((db) => db.destroy()));
  rmSync(folder, { recursive: true });
});

const places = (db: Knex): Pick<MigrateOptions, 'backUp' | 'where'> => ({
  where: file,
  backUp: (last) => backUpFile(db, file, last),
});

async function openHere(): Promise<Knex> {
  const db = await openDatabase({ file, log });
  open.push(db);
  return db;
}

const next: Migration = {
  name: '999-next',
  up: async (db) => {
    await db.schema.createTable('later', (t) => t.increments('id'));
  },
  down: async (db) => {
    await db.schema.dropTable('later');
  },
};

describe('the database', () => {
  test('is made at the first start and opened as it is at the next', async () => {
    const first = await openHere();
    await first('users').insert({ name: 'ada', created: 1, cookie_id: 'x' });
    await first.destroy();
    const second = await openHere();
    expect(await second('users').pluck('name')).toEqual(['ada']);
  });

  test('writes ahead and enforces references', async () => {
    const db = await openHere();
    expect(await db.raw('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await db.raw('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    await expect(db('servers').insert({ user_id: 77, name: '' })).rejects.toThrow(/FOREIGN KEY/);
  });

  test('is backed up before its schema changes', async () => {
    const db = await openHere();
    await db('users').insert({ name: 'ada', created: 1, cookie_id: 'x' });
    const result = await migrate(db, { ...places(db), migrations: [...migrations, next] });
    expect(result).toEqual({ applied: ['999-next'], backup: `${file}.backup-${migrations.at(-1)?.name}` });
    const backup = knexModule({
      client: 'sqlite3',
      connection: { filename: `${file}.backup-${migrations.at(-1)?.name}` },
      useNullAsDefault: true,
    });
    open.push(backup);
    expect(await backup('users').pluck('name')).toEqual(['ada']);
    expect(await backup.schema.hasTable('later')).toBe(false);
    expect(await db.schema.hasTable('later')).toBe(true);
  });

  test('a change that fails leaves everything as it was', async () => {
    const db = await openHere();
    const broken: Migration = {
      ...next,
      up: async (trx) => {
        await next.up(trx);
        throw new Error('half way');
      },
    };
    await expect(migrate(db, { ...places(db), migrations: [...migrations, broken] })).rejects.toThrow('half way');
    expect(await db.schema.hasTable('later')).toBe(false);
    expect((await migrate(db, { ...places(db), migrations: [...migrations, next] })).applied).toEqual(['999-next']);
  });

  test('a lock that a killed hub left is no obstacle', async () => {
    const db = await openHere();
    await db('knex_migrations_lock').update({ is_locked: 1 });
    expect((await migrate(db, { ...places(db), migrations: [...migrations, next] })).applied).toEqual(['999-next']);
  });

  test('of a newer tshub is refused and left alone', async () => {
    const db = await openHere();
    await migrate(db, { ...places(db), migrations: [...migrations, next] });
    await db.destroy();
    await expect(openHere()).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('newer tshub (it has "999-next")'),
    });
    expect(existsSync(file)).toBe(true);
  });
});
