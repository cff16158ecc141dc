// A process that makes users as fast as it can and says of each that it was made: for a test that kills it.
import { openDatabase } from '../../packages/hubd/src/db/open.ts';
import { makeUsersStore } from '../../packages/hubd/src/users/users-store.ts';

const db = await openDatabase({ file: process.argv[2] ?? '', log: { info: () => undefined, error: () => undefined } });
const users = makeUsersStore(db, Date);
for (let i = 0; ; i++) {
  await users.ensure(`user-${i}`, false);
  process.stdout.write(`user-${i}\n`);
}
