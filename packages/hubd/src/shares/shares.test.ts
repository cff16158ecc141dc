import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import { Directory } from '../access/directory.ts';
import { makeUsersStore } from '../users/users-store.ts';
import type { Shares } from './share.ts';
import { makeShares } from './shares.ts';

let db: Knex;
let shares: Shares;
const nobody: ReadonlySet<string> = new Set();

beforeEach(async () => {
  db = await databaseForTest();
  shares = makeShares({ db, directory: new Directory(), clock: { now: () => 0 } });
  const [ada, bob] = await makeUsersStore(db, { now: () => 0 }).add(['ada', 'bob'], false);
  if (ada === undefined || bob === undefined) throw new Error('no users');
  await db('servers').insert({ user_id: ada.id, name: 'lab' });
  await shares.load();
  const server = await shares.server('ada', 'lab');
  if (server === undefined) throw new Error('no server');
  await shares.grant(server, { kind: 'user', id: bob.id, name: 'bob' }, ['access:servers']);
});
afterEach(() => db.destroy());

test('what cannot be read gives nobody anything, and is read again with the next change, whoever it is about', async () => {
  await db.schema.renameTable('shares', 'elsewhere');
  await expect(shares.reload('user', 'ada')).rejects.toThrow('shares');
  expect(shares.sharedWith('bob', nobody)).toEqual([]);
  await db.schema.renameTable('elsewhere', 'shares');
  await shares.reload('group', 'staff');
  expect(shares.sharedWith('bob', nobody)).toEqual(['access:servers!server=ada/lab']);
});
