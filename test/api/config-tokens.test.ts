import { afterEach, expect, test } from 'vitest';
import type { Knex } from 'knex';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type HubForTestOptions, type TestHub } from '../support/hub-for-test.ts';
import { problemOf } from '../support/problem-of.ts';

let t: TestHub | undefined;
let db: Knex | undefined;
afterEach(async () => {
  await t?.close();
  await db?.destroy();
  t = db = undefined;
});

const text = 'nightly-token-0123456789-0123456789';
const other = 'another-token-0123456789-0123456789';

/** The hub once more, on the same rows, with these tokens in its settings. */
async function begin(
  tokens: Readonly<Record<string, object>>,
  texts: Readonly<Record<string, string>>,
): Promise<TestHub> {
  await t?.close();
  db ??= await databaseForTest();
  const options: HubForTestOptions = { db, settings: { tokens }, secrets: { tokens: texts } };
  t = await hubForTest(options);
  return t;
}

const statusFor = async (hub: TestHub, token: string): Promise<number> => (await hub.api('/user', { token })).status;

test('a token of the settings works from the start, for a user who is made', async () => {
  const hub = await begin(
    { nightly: { user: 'robot', scopes: ['list:users!user'], note: 'the report' } },
    { nightly: text },
  );
  const answer = await hub.api('/user', { token: text });
  expect(answer.json()).toMatchObject({ kind: 'user', name: 'robot', admin: false });
  // Only what it is given.
  expect((await hub.api('/users/robot/server', { method: 'POST', token: text })).status).toBe(403);
});

test('it is the same token after a restart, another one with another text, and gone with its section', async () => {
  let hub = await begin({ nightly: { user: 'robot' } }, { nightly: text });
  const first = (await hub.api('/user', { token: text })).json<{ token_id: string }>().token_id;
  hub = await begin({ nightly: { user: 'robot' } }, { nightly: text });
  expect((await hub.api('/user', { token: text })).json<{ token_id: string }>().token_id).toBe(first);

  hub = await begin({ nightly: { user: 'robot' } }, { nightly: other });
  expect([await statusFor(hub, text), await statusFor(hub, other)]).toEqual([403, 200]);

  // One that somebody made is nobody's business.
  const made = await hub.token('robot');
  hub = await begin({}, {});
  expect([await statusFor(hub, other), await statusFor(hub, made)]).toEqual([403, 200]);
});

test('scopes that there are not keep the hub from starting, and say where they stand', async () => {
  const problem = await problemOf(begin({ nightly: { user: 'robot', scopes: ['fly:planes'] } }, { nightly: text }));
  expect(problem).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('tokens.nightly.scopes') });
});
