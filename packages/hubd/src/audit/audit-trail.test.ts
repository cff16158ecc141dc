import type { Knex } from 'knex';
import { makeLog } from '@tshub/daemon';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import { AuditTrail } from './audit-trail.ts';

let db: Knex;
let lines: string[];
beforeEach(async () => {
  db = await databaseForTest();
  lines = [];
});
afterEach(() => db.destroy());

function trailFor(kept = { change: 1000, login: 1000, server: 1000 }): AuditTrail {
  const log = makeLog({ name: 'test', output: { write: (line: string) => void lines.push(line) } });
  return new AuditTrail({ log, clock: { now: () => 1_000_000 }, kept });
}
const all = { kind: null, user: '', before: null, limit: 5000 } as const;

test('what is logged as done is kept, with the same sentence, and the log has it too', async () => {
  const trail = trailFor();
  trail.log.info(
    { event: 'user-changed', user: 'ada', by: 'root', from: '::1', via: 'cookie' },
    'user ada was made by root',
  );
  trail.log.info({ event: 'request-failed' }, 'no event of people');
  trail.log.warn('no event at all');
  trail.log.child({ user: 'bob' }).info({ event: 'login', from: '::1' }, 'bob logged in');
  trail.open(db);
  expect(await trail.list(all)).toMatchObject([
    { event: 'login', kind: 'login', user: 'bob', by: 'bob', says: 'bob logged in', at: 1_000_000 },
    {
      event: 'user-changed',
      kind: 'change',
      user: 'ada',
      by: 'root',
      via: 'cookie',
      says: 'user ada was made by root',
    },
  ]);
  expect(lines).toHaveLength(4);
  await trail.close();
});

test('a program that got a token of somebody is a login there, a token that was made is a change', async () => {
  const trail = trailFor();
  trail.open(db);
  trail.log.info(
    { event: 'token', user: 'ada', client: 'jupyterhub-user-bob' },
    'jupyterhub-user-bob got a token of ada',
  );
  trail.log.info({ event: 'token', user: 'ada', by: 'ada' }, 'a token was issued');
  expect((await trail.list(all)).map(({ kind }) => kind)).toEqual(['change', 'login']);
  await trail.close();
});

test('many logins push out older logins, and no change', async () => {
  const trail = trailFor({ change: 100, login: 10, server: 10 });
  trail.open(db);
  trail.log.info({ event: 'role-changed' }, 'a change');
  for (let i = 0; i < 1200; i += 1) trail.log.info({ event: 'login-refused', user: `u${i}` }, `no ${i}`);
  const kept = await trail.list(all);
  expect(kept).toHaveLength(11);
  expect(kept[0]?.says).toBe('no 1199');
  expect(kept.at(-1)?.says).toBe('a change');
  await trail.close();
});

test('a database that is away costs entries here, nothing in the log, and never the hub', async () => {
  const trail = trailFor();
  trail.open(db);
  await db.schema.dropTable('audit');
  trail.log.info({ event: 'login', user: 'ada' }, 'ada logged in');
  await trail.close();
  expect(lines.some((line) => line.includes('ada logged in'))).toBe(true);
  expect(lines.some((line) => line.includes('could not be written down'))).toBe(true);
});
