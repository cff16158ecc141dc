import { createHash } from 'node:crypto';
import { schema, type Settings } from '@tshub/config';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseForTest } from '../../../../test/support/database-for-test.ts';
import { makeOAuthClients } from '../oauth/clients.ts';
import type { OAuthClients } from '../oauth/client.ts';
import { makeUsersStore } from '../users/users-store.ts';
import type { Tokens } from './token.ts';
import { makePeerTokens } from './peer-tokens.ts';
import { makeTokens } from './tokens.ts';

const settings: Settings = schema.parse({});
let db: Knex;
let tokens: Tokens;
let clients: OAuthClients;
let owner: { kind: 'user'; id: number };
let now = 0;

const client = {
  id: 'jupyterhub-user-ada',
  description: 'Server at /user/ada/',
  redirectUri: '/user/ada/oauth_callback',
  allowedScopes: [],
  server: { user: 'ada', server: '' },
  service: null,
};

beforeEach(async () => {
  now = 1_000_000;
  const clock = { now: () => now };
  db = await databaseForTest();
  tokens = makeTokens({ db, clock, settings: () => settings, peer: makePeerTokens(db, clock) });
  clients = makeOAuthClients({ db, tokens });
  owner = { kind: 'user', id: (await makeUsersStore(db, clock).ensure('ada', false)).id };
});
afterEach(() => db.destroy());

const issue = (more: Partial<Parameters<Tokens['issue']>[0]> = {}): ReturnType<Tokens['issue']> =>
  tokens.issue({ owner, scopes: ['inherit'], note: '', expiresIn: null, ...more });

test('a token of an import that has expired is not hashed for whoever tries its prefix', async () => {
  const clock = { now: () => now };
  const peer = makePeerTokens(db, clock);
  const text = '0123456789abcdef';
  const digest = createHash('sha512').update('00aa').update(text).digest('hex');
  const hash = `sha512:1:00aa:${digest}`;
  await peer.add({
    holder: { userId: owner.id },
    hash,
    prefix: '0123',
    scopes: [],
    note: '',
    created: 0,
    expiresAt: now + 1,
    lastActivity: null,
  });
  now += 1;
  expect(await peer.adopt(text)).toBe(false);
  expect(await db('tokens').pluck('hash')).toEqual([hash]);
  now -= 1;
  expect(await peer.adopt(text)).toBe(true);
});

describe('tokens', () => {
  test('are found by their text and kept only as a hash', async () => {
    const { id, text } = await issue({ note: 'mine' });
    expect(text).toMatch(/^[0-9a-f]{32}$/);
    expect(await tokens.find(text)).toMatchObject({
      id,
      note: 'mine',
      owner: { kind: 'user', name: 'ada' },
      scopes: ['inherit'],
    });
    expect(JSON.stringify(await db('tokens').select())).not.toContain(text);
  });

  test('of a client have thirty letters and digits', async () => {
    await clients.register(client, 'secret');
    expect((await issue({ clientId: client.id })).text).toMatch(/^[A-Za-z0-9]{30}$/);
  });

  test('that nearly fit are not found', async () => {
    const { text } = await issue();
    const nearly = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
    expect([await tokens.find(nearly), await tokens.find(text.slice(0, 8)), await tokens.find('')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('end at their time, also when they were used just before', async () => {
    const { text } = await issue({ expiresIn: 10 });
    now += 9_999;
    expect(await tokens.find(text)).toBeDefined();
    now += 1;
    expect(await tokens.find(text)).toBeUndefined();
    expect(await tokens.purgeExpired()).toBe(1);
  });

  test('are gone at once when revoked, alone, with their session or with their client', async () => {
    await clients.register(client, 'secret');
    const alone = await issue();
    const ofSession = await issue({ sessionId: 's' });
    const ofClient = await issue({ clientId: client.id });
    for (const { text } of [alone, ofSession, ofClient]) expect(await tokens.find(text)).toBeDefined();
    await tokens.revoke(alone.id);
    await tokens.revokeSession(owner.id, 's');
    await tokens.revokeClient(client.id, owner.id);
    for (const { text } of [alone, ofSession, ofClient]) expect(await tokens.find(text)).toBeUndefined();
  });

  test('of a client end when it is registered again, and when it is removed', async () => {
    await clients.register(client, 'first');
    const before = await issue({ clientId: client.id });
    expect(await tokens.find(before.text)).toBeDefined();
    await clients.register(client, 'second');
    expect(await tokens.find(before.text)).toBeUndefined();
    expect([await clients.checkSecret(client.id, 'first'), await clients.checkSecret(client.id, 'second')]).toEqual([
      false,
      true,
    ]);
    const after = await issue({ clientId: client.id });
    expect(await tokens.ofClient(client.id, owner.id)).toHaveLength(1);
    await clients.remove(client.id);
    expect([await tokens.find(after.text), await clients.get(client.id)]).toEqual([undefined, undefined]);
  });

  test('note their use at most once in activity_resolution seconds', async () => {
    const { text } = await issue();
    const use = async (): Promise<number | null | undefined> => {
      const token = await tokens.find(text);
      if (token !== undefined) await tokens.touch(token);
      return (await tokens.find(text))?.lastActivity;
    };
    expect(await use()).toBe(1_000_000);
    now += 29_000;
    expect(await use()).toBe(1_000_000);
    now += 1_000;
    expect(await use()).toBe(1_030_000);
  });

  test('of a service belong to it', async () => {
    const { text } = await issue({ owner: { kind: 'service', name: 'culler' } });
    expect((await tokens.find(text))?.owner).toEqual({ kind: 'service', name: 'culler' });
  });
});

describe('secrets of clients', () => {
  test('an unknown client and an empty secret are refused', async () => {
    await clients.register(client, '');
    expect([await clients.checkSecret(client.id, ''), await clients.checkSecret('nobody', '')]).toEqual([false, false]);
  });
});

describe('the tokens of a user', () => {
  test('go with the user, at once', async () => {
    const { text } = await issue();
    expect(await tokens.find(text)).toBeDefined();
    await tokens.revokeUser(owner.id);
    expect(await tokens.find(text)).toBeUndefined();
  });

  test('follow a new name, as do those of others that are about it', async () => {
    const scopesOf = async (id: number): Promise<readonly string[] | undefined> => (await tokens.byId(id))?.scopes;
    const mine = await issue({ scopes: ['servers!user=ada', 'access:servers!server=ada/lab', 'read:hub'] });
    const other = { owner: { kind: 'service', name: 'grader' } as const, scopes: ['read:users!user=ada'] };
    const theirs = await issue(other);
    const alike = await issue({ ...other, scopes: ['read:users!user=adam', 'access:servers!server=adam/ada'] });
    expect((await tokens.find(theirs.text))?.scopes).toEqual(['read:users!user=ada']);
    await db('users').where({ id: owner.id }).update({ name: 'i"da' });
    await tokens.renameUser('ada', 'i"da');
    expect(await scopesOf(mine.id)).toEqual(['servers!user=i"da', 'access:servers!server=i"da/lab', 'read:hub']);
    expect((await tokens.find(theirs.text))?.scopes).toEqual(['read:users!user=i"da']);
    expect(await scopesOf(alike.id)).toEqual(['read:users!user=adam', 'access:servers!server=adam/ada']);
    await tokens.renameUser('i"da', 'ada');
    expect(await scopesOf(mine.id)).toContain('servers!user=ada');
  });

  test('are in the order of their last use, or else of their making', async () => {
    const first = await issue();
    now += 1000;
    const second = await issue();
    await issue({ expiresIn: 1 });
    now += 5000;
    const found = await tokens.find(first.text);
    if (found !== undefined) await tokens.touch(found);
    expect((await tokens.ofUser(owner.id)).map(({ id }) => id)).toEqual([second.id, first.id]);
  });
});
