import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { problemOf, withCopy } from './snapshot.ts';

let folder: string;
let file: string;
let hub: sqlite3.Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  file = join(folder, 'hub.sqlite');
  hub = new sqlite3.Database(file);
  await run(
    hub,
    "PRAGMA journal_mode = WAL; CREATE TABLE knex_migrations (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO knex_migrations (name) VALUES ('001-first')",
  );
});
afterEach(async () => {
  await new Promise((resolve) => hub.close(resolve));
  rmSync(folder, { recursive: true });
});

const run = (db: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) => db.exec(sql, (error) => (error === null ? resolve() : reject(error))));

test('a copy has what is only in the write-ahead log, of a writer in the middle of more', async () => {
  await run(hub, 'BEGIN; CREATE TABLE unfinished (x)');
  const problem = await withCopy(file, async (copy) => {
    expect(readFileSync(copy).includes('unfinished')).toBe(false);
    return problemOf(copy, ['001-first']);
  });
  expect(problem).toBeNull();
  expect(readdirSync(folder).filter((name) => name.startsWith('.snapshot'))).toEqual([]);
});

test('a copy is gone also when it was of no use', async () => {
  await expect(withCopy(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(readdirSync(folder).filter((name) => name.startsWith('.snapshot'))).toEqual([]);
});

test.each([
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ['a link', (path: string) => symlinkSync(file, path)],
  ['a folder', (path: string) => mkdirSync(path)],
])('%s in the place of a database is refused at once', async (_, make) => {
  const path = join(folder, 'other');
  make(path);
  await expect(withCopy(path, () => Promise.reject(new Error('copied')))).rejects.toThrow('expected a plain file');
});

test('a database of a newer tshub is told from one that is known', async () => {
  await withCopy(file, async (copy) => {
    expect(await problemOf(copy, ['001-first', '002-next'])).toBeNull();
    expect(await problemOf(copy, [])).toContain('newer tshub (it has "001-first")');
  });
});

test('damage, text and nothing are told, and nothing is written beside the file', async () => {
  await withCopy(file, async (copy) => {
    const bytes = readFileSync(copy);
    const known = ['001-first'];
    const damaged = join(folder, 'damaged');
    writeFileSync(damaged, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]));
    expect(await problemOf(damaged, known)).toMatch(/the database (is damaged|cannot be read)/);
    writeFileSync(damaged, 'a text that is no database, and longer than a header of one would have to be'.repeat(9));
    expect(await problemOf(damaged, known)).toContain('cannot be read');
    writeFileSync(damaged, '');
    expect(await problemOf(damaged, known)).toContain('cannot be read');
    expect(await problemOf(join(folder, 'missing'), known)).toContain('cannot be read');
    expect(readdirSync(folder).filter((name) => name.startsWith('damaged'))).toEqual(['damaged']);
  });
});
