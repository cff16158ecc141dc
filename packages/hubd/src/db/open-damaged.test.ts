import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from './open.ts';

let folder: string;
let file: string;
const log = { info: () => undefined, error: () => undefined };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-db-'));
  file = join(folder, 'tshub.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

const refusal = {
  code: 'config_invalid',
  message: expect.stringMatching(
    /tshub\.sqlite: expected a sound SQLite database, found damage \(.+\); put back a backup/,
  ),
};

test('a file that is no database is refused with its name and what to do, and left alone', async () => {
  writeFileSync(file, 'not a database, but long enough to be looked at. '.repeat(100));
  const before = readFileSync(file);
  await expect(openDatabase({ file, log })).rejects.toMatchObject(refusal);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a database with damage behind its first page is refused too', async () => {
  const db = await openDatabase({ file, log });
  await db.destroy();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096, 4 * 4096);
  writeFileSync(file, bytes);
  await expect(openDatabase({ file, log })).rejects.toMatchObject(refusal);
});

test('a file that cannot be used is named, with where to look', async () => {
  mkdirSync(file);
  await expect(openDatabase({ file, log })).rejects.toThrow(`See: df -h ${folder}`);
});

test('an error of a statement does not hold its values', async () => {
  const db = await openDatabase({ file, log });
  const failure = await db('users').insert({ name: 'ada', created: null, cookie_id: 'a-secret' }).catch(String);
  await db.destroy();
  expect(failure).toContain('NOT NULL');
  expect(failure).not.toContain('a-secret');
});
