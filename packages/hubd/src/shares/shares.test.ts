import type { Knex } from 'knex';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import { Directory } from '../access/directory.ts';
import { makeUsersStore } from '../users/users-store.ts';
import type { SharedServer, Shares } from './share.ts';
import { makeShareCodes, mostCodes } from './share-codes.ts';
import { makeShares } from './shares.ts';

let db: Knex;
let shares: Shares;
let lab: SharedServer;
let bobId: number;
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
  [lab, bobId] = [server, bob.id];
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

test('a server that goes while it is being shared is not found, and no failure', async () => {
  const target = { kind: 'group', id: 1, name: 'staff' } as const;
  await db('groups').insert({ id: 1, name: 'staff' });
  await db('servers').del();
  const gone = { code: 'not_found', message: expect.stringContaining('Server ada/lab') as string };
  await expect(shares.grant(lab, target, ['access:servers'])).rejects.toMatchObject(gone);
  await expect(makeShareCodes(db, { now: () => 0 }).create(lab, [], 60)).rejects.toMatchObject(gone);
});

test('so it is with whom it is shared with', async () => {
  await db('users').where({ id: bobId }).del();
  const target = { kind: 'user', id: bobId, name: 'bob' } as const;
  await expect(shares.grant(lab, target, ['access:servers'])).rejects.toMatchObject({ code: 'not_found' });
});

test('a server has a hundred codes and no more, of which those that have expired do not count', async () => {
  let now = 0;
  const codes = makeShareCodes(db, { now: () => now });
  for (let i = 0; i < mostCodes; i++) await codes.create(lab, ['access:servers'], 60);
  await expect(codes.create(lab, ['access:servers'], 60)).rejects.toMatchObject({ code: 'bad_request' });
  now = 61_000;
  await codes.create(lab, ['access:servers'], 60);
});
