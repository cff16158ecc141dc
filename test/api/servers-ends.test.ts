import type { BusCaller } from '@tshub/bus';
import type { WireDict } from '@tshub/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Browser } from '../support/browser.ts';
import { databaseForTest } from '../support/database-for-test.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { press, runServer } from '../support/pages-steps.ts';
import { problemOf } from '../support/problem-of.ts';

/** When a server ends: what the culler says, as people and programs see it, and how they put it off. */

const minute = 60_000;
const hour = 60 * minute;
let t: TestHub;
let ada: Browser;
let sent: Array<readonly unknown[]>;
let gone: Map<string, () => void>;
let db: Awaited<ReturnType<typeof databaseForTest>>;

async function begin(): Promise<void> {
  t = await hubForTest({
    db,
    settings: { hub: { allow_named_servers: true } },
    accounts: [
      { name: 'ada', uid: 1001 },
      { name: 'bob', uid: 1002 },
    ],
    signals: {
      send: (connection, signal, args) => void sent.push([connection, signal, ...args]),
      onGone: async (connection, call) => {
        gone.set(connection, call);
        return () => void gone.delete(connection);
      },
    },
  });
}

beforeEach(async () => {
  sent = [];
  gone = new Map();
  db = await databaseForTest();
  await begin();
  ada = t.browser();
  await ada.login('ada', 'ada-password');
  await runServer(t, ada, 'ada');
});
afterEach(async () => {
  await t.close();
  await db.destroy();
});

const caller = (uid: number, sender = `:1.${uid}`): BusCaller => ({
  sender,
  uid,
  interactive: false,
  authorize: (action) => Promise.resolve(uid === 0 || action === 'org.tshub.hub.manage-own-server'),
});
const methods = () => t.hub.hub1.methods;

function announce(minutes: number, change: WireDict = {}): Promise<void> {
  const now = t.clock.now();
  const end = { user: 'ada', server: '', rule: 'idle', why: 'idle for 60 minutes', warned: false, activity: 0n };
  const at = now + minutes * minute;
  return methods().AnnounceEnds(caller(0), [{ ...end, at: BigInt(at), latest: BigInt(at + hour), ...change }]);
}

const iso = (minutes: number): string => new Date(t.clock.now() + minutes * minute).toISOString();
const seen = async (): Promise<Record<string, unknown> | null> => {
  const { text } = await t.api('/users/ada/server', { token: await t.token('ada') });
  return (JSON.parse(text) as { ends: Record<string, unknown> | null }).ends;
};
const keep = async (json?: unknown, path = '/users/ada/server/keep', scopes?: readonly string[]) =>
  t.api(path, { method: 'POST', token: await t.token('ada', scopes), ...(json !== undefined && { json }) });

describe('the API', () => {
  test('says nothing of an end that the culler has not told', async () => expect(await seen()).toBeNull());

  test('says when a server ends, why, and until when that may be put off', async () => {
    await announce(25);
    const ends = await seen();
    expect(Date.parse(String(ends?.['at']))).toBe(Date.parse(iso(25)));
    expect(Date.parse(String(ends?.['latest']))).toBe(Date.parse(iso(85)));
    expect(ends).toMatchObject({ rule: 'idle', why: 'idle for 60 minutes', warned: false, kept_until: null });
    const [entry] = await methods().ListServers(caller(0));
    expect(entry).toMatchObject({ endsAt: BigInt(Date.parse(iso(25))), endsRule: 'idle', warned: false });
  });

  test('an end that is taken back is gone, and so is that of a server that was stopped', async () => {
    await announce(25);
    await announce(0, { at: 0n });
    expect(await seen()).toBeNull();
    await announce(25);
    await press(ada, '/hub/home/stop', { server: '' });
    // The page does not wait for it.
    await expect.poll(() => t.hub.servers.get('ada', '')?.active).toBe(false);
    await announce(25);
    expect(await seen()).toBeNull();
  });

  test('keeps a server as long as may be, and tells so', async () => {
    await announce(5, { warned: true });
    const { status, text } = await keep();
    expect(status).toBe(200);
    expect((JSON.parse(text) as { ends: unknown }).ends).toMatchObject({ warned: false });
    const ends = await seen();
    expect([ends?.['at'], ends?.['kept_until']]).toEqual([ends?.['latest'], ends?.['latest']]);
    expect(t.logged).toContainEqual(expect.objectContaining({ event: 'server-kept', user: 'ada', by: 'ada' }));
  });

  test('keeps it until a time within the bound, and says what the bound is', async () => {
    await announce(5);
    expect((await keep({ until: iso(30) })).status).toBe(200);
    expect(Date.parse(String((await seen())?.['at']))).toBe(Date.parse(iso(30)));
    const late = await keep({ until: iso(66) });
    expect([late.status, late.text]).toEqual([400, expect.stringContaining(`expected ${iso(65)} or earlier`)]);
    expect((await keep({ until: iso(-1) })).status).toBe(400);
    expect((await keep({ until: 'soon' })).text).toContain('expected a timestamp');
    expect((await keep({ hours: 5 })).status).toBe(400);
  });

  test('a server that does not run, or is not there, or is not one’s own, is not kept', async () => {
    expect(await keep(undefined, '/users/ada/servers/lab/keep')).toMatchObject({ status: 404 });
    await press(ada, '/hub/home/stop', { server: '' });
    expect(await keep()).toMatchObject({ status: 400, text: expect.stringContaining('is not running') as string });
    await t.user('bob');
    expect((await keep(undefined, '/users/bob/server/keep')).status).toBe(404);
    expect((await keep(undefined, undefined, ['read:servers!user=ada'])).status).toBe(403);
  });

  test('a promise survives a restart of the hub, and ends with the server', async () => {
    await announce(5);
    await keep();
    const promised = t.hub.servers.get('ada', '')?.keptUntil;
    const { spawner, proxy, clock } = t;
    await t.close();
    t = await hubForTest({ db, spawner, proxy, clock });
    expect(promised).toBeGreaterThan(0);
    await expect.poll(() => t.hub.servers.get('ada', '')?.keptUntil).toBe(promised);
    await expect.poll(() => t.hub.servers.get('ada', '')?.ready).toBe(true);
    await methods().StopServer(caller(0), 'ada', '', '');
    await methods().StartServer(caller(0), 'ada', '', {});
    expect(t.hub.servers.get('ada', '')?.keptUntil).toBeNull();
  });
});

describe('the bus', () => {
  test('one keeps one’s own server, and nobody else’s', async () => {
    await announce(5);
    const entry = await methods().KeepServer(caller(1001), 'ada', '', 0n);
    expect(entry).toMatchObject({ endsAt: entry['endsLatest'], keptUntil: entry['endsLatest'] });
    await t.user('bob');
    expect(await problemOf(methods().KeepServer(caller(1002), 'ada', '', 0n))).toMatchObject({ code: 'forbidden' });
  });

  test('warnings and changes reach those who may see the server, once each, until they leave', async () => {
    await t.user('bob');
    for (const uid of [0, 1001, 1002]) await methods().WatchServers(caller(uid));
    await announce(5, { warned: true });
    await announce(5, { warned: true });
    const warning = ['ServerEnding', 'ada', '', BigInt(Date.parse(iso(5))), 'idle for 60 minutes'];
    expect(sent).toEqual([
      [':1.0', ...warning],
      [':1.1001', ...warning],
    ]);
    sent = [];
    gone.get(':1.0')?.();
    await keep();
    expect(sent).toEqual([[':1.1001', 'ServerChanged', 'ada', '', 'kept']]);
  });

  test('a stranger to the hub watches nothing', async () => {
    expect(await problemOf(methods().WatchServers(caller(4711)))).toMatchObject({ code: 'forbidden' });
  });

  test('ends in another form are refused', async () => {
    expect(await problemOf(announce(5, { rule: 'whim' }))).toMatchObject({ code: 'bad_request' });
  });
});

describe('the home page', () => {
  test('says when the server ends unless it is used, and keeps it at the press of a button', async () => {
    await announce(25);
    const { text } = await ada.get('/hub/home');
    expect(text).toMatch(
      /Ends\s+<time [^>]*>in 25 minutes<\/time\s*>\s+unless used, when it has been idle for 60 minutes/,
    );
    expect(text).not.toContain('will be stopped');
    expect((await press(ada, '/hub/home/keep', { server: '' })).location).toBe('/hub/home');
    const after = (await ada.get('/hub/home')).text;
    expect(after).toMatch(/Ends\s+<time [^>]*>in 85 min|Ends\s+<time [^>]*>in 1 h/);
    expect(after).toContain('You have put that off.');
    expect(after).not.toContain('action="/hub/home/keep"');
  });

  test('warns when the end is near', async () => {
    await announce(5, { warned: true });
    expect((await ada.get('/hub/home')).text).toMatch(/role="status"[^]*Your server will be stopped\s+<time/);
  });

  test('says the same of named servers, each with a button of its own', async () => {
    await runServer(t, ada, 'ada', 'lab');
    await announce(5, { server: 'lab', warned: true });
    expect((await ada.get('/hub/home')).text).toContain('The server lab will be stopped');
    await press(ada, '/hub/home/keep', { server: 'lab' });
    expect(t.hub.servers.get('ada', 'lab')?.keptUntil).toBeGreaterThan(t.clock.now());
    expect(t.hub.servers.get('ada', '')?.keptUntil).toBeNull();
  });

  test('a button that is pressed too late leads home', async () => {
    await press(ada, '/hub/home/stop', { server: '' });
    expect((await press(ada, '/hub/home/keep', { server: '' })).location).toBe('/hub/home');
  });
});
