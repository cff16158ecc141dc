import type { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameFullDisk } from './full-disk.ts';
import { openDatabase } from './open.ts';

let db: Knex;
const told: string[] = [];

beforeEach(async () => {
  told.length = 0;
  const log = { info: () => undefined, error: (_: unknown, sentence: string) => void told.push(sentence) };
  db = await openDatabase({ file: ':memory:', log });
});
afterEach(() => db.destroy());

const fill = (): Promise<unknown> => db.raw('PRAGMA max_page_count = 1');
const makeRoom = (): Promise<unknown> => db.raw('PRAGMA max_page_count = 1000000');
const insert = (on: Knex, name: string): Promise<unknown> =>
  on('users').insert({ name: name.padEnd(9000, '.'), created: 1, cookie_id: `a-secret-of-${name}` });

test.each(['SQLITE_FULL', 'ENOSPC'])('%s is a full disk, named with its place and kept as the cause', (code) => {
  const cause = Object.assign(new Error('no room'), { code });
  const error = nameFullDisk(cause, '/var/lib/tshub');
  expect(error).toMatchObject({ code: 'disk_full', status: 507, exit: 1, cause });
  expect(String(error)).toContain('df -h /var/lib/tshub');
});

test('any other error stays what it is', () => {
  const other = Object.assign(new Error('no'), { code: 'SQLITE_CONSTRAINT' });
  expect(nameFullDisk(other, '/')).toBe(other);
  expect(nameFullDisk('text', '/')).toBe('text');
});

test('a statement without room throws disk_full, and no value is in it or in its cause', async () => {
  await fill();
  const error = (await insert(db, 'ada').catch((thrown: unknown) => thrown)) as TshubError;
  expect(error).toMatchObject({ code: 'disk_full', cause: { code: 'SQLITE_FULL' } });
  expect(`${error.message} ${String(error.cause)}`).not.toContain('a-secret');
});

test('so does a transaction, which is taken back whole; the next one works when there is room', async () => {
  const both = (): Promise<void> =>
    db.transaction(async (trx) => {
      await trx('users').insert({ name: 'first', created: 1, cookie_id: 'first' });
      await insert(trx, 'ada');
    });
  await fill();
  await expect(both()).rejects.toMatchObject({ code: 'disk_full' });
  expect(await db('users').pluck('name')).toEqual([]);
  await makeRoom();
  await both();
  expect(await db('users').pluck('name')).toHaveLength(2);
});

test('the journal is told once, and again only when what failed has worked in between', async () => {
  await fill();
  for (const name of ['a', 'b', 'c']) {
    await insert(db, name).catch(() => undefined);
    await db('users').insert({ name, created: 1, cookie_id: name, admin: true });
  }
  expect(told).toEqual([expect.stringContaining('The disk of the hub is full')]);
  await makeRoom();
  await insert(db, 'd');
  await fill();
  await insert(db, 'e').catch(() => undefined);
  expect(told).toHaveLength(2);
});
