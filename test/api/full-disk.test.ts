import { afterEach, beforeEach, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { problemOf } from '../support/problem-of.ts';
import { quick } from '../support/servers-for-test.ts';

const sentence = 'The disk of the hub is full';
let t: TestHub;
let token: string;

/** Goes on until SQLite itself says that there is no room. */
async function untilFull(work: (i: number) => Promise<unknown>): Promise<void> {
  const problem = await problemOf(
    (async () => {
      for (let i = 0; i < 1000; i++) await work(i);
    })(),
  );
  expect(problem.code).toBe('disk_full');
}

beforeEach(async () => {
  // SQLite, whatever the others run on: it can be told how much room there is.
  t = await hubForTest({ db: ':memory:', timing: quick, accounts: [{ name: 'ada', uid: 1001 }] });
  await t.user('ada', { admin: true });
  token = await t.token('ada');
  await t.hub.db.raw('PRAGMA max_page_count = 1');
  await untilFull((i) => t.user(`somebody-${i}`));
  await untilFull(() => t.token('ada'));
});
afterEach(() => t.close());

test('a login says on its page that the disk is full, and works when there is room again', async () => {
  const browser = t.browser();
  const page = await browser.login('newcomer', 'newcomer-password');
  expect(page.status).toBe(507);
  expect(page.text).toContain(sentence);
  await t.hub.db.raw('PRAGMA max_page_count = 1000000');
  expect((await browser.login('newcomer', 'newcomer-password')).status).toBe(302);
});

test('the REST API says it of a start, and leaves no unit behind', async () => {
  const started = await t.api('/users/ada/server', { method: 'POST', token });
  expect([started.status, started.json()['message']]).toEqual([507, expect.stringContaining(sentence)]);
  expect(t.spawner.units.size).toBe(0);
});

test('the bus says it, and the server says it was why the start failed', async () => {
  const caller = {
    sender: ':1.7',
    uid: 1001,
    interactive: false,
    authorize: () => Promise.resolve(true),
  };
  const problem = await problemOf(Promise.resolve(t.hub.hub1.methods.StartServer(caller, 'ada', '', {})));
  expect(problem).toMatchObject({ code: 'disk_full', message: expect.stringContaining(sentence) });
  expect(t.logged).toContainEqual(expect.objectContaining({ event: 'server-failed', reason: problem.message }));
});

test('the journal has it as an error, not anew for everybody who meets it, and nobody is sent to look for a bug', async () => {
  const errors = () => t.logged.filter(({ level }) => level >= 50);
  const before = errors();
  expect(before.length).toBeGreaterThan(0);
  for (const { msg } of before) expect(msg).toContain(sentence);
  await t.browser().login('newcomer', 'newcomer-password');
  await t.api('/users/ada/server', { method: 'POST', token });
  expect(errors()).toEqual(before);
});
