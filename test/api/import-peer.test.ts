import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BusCaller } from '@tshub/bus';
import { type ImportEntry, importReport, type PeerImport } from '@tshub/contract';
import sqlite3 from 'sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPeerDatabase } from '../../packages/tshubctl/src/jupyterhub/read-database.ts';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';
import { problemOf } from '../support/problem-of.ts';

const fixtures = join(import.meta.dirname, '../fixtures/jupyterhub');
const versions = ['1.5.1', '2.3.1', '4.1.6', '5.5.0'] as const;
const dumps = Object.fromEntries(
  versions.map((version) => [version, readFileSync(join(fixtures, `jupyterhub-${version}.sql`), 'utf8')]),
) as Record<(typeof versions)[number], string>;
/** The text of a token, which the dump tells at its beginning. */
const tokenIn = (version: (typeof versions)[number], user: string): string =>
  new RegExp(`^-- ${user} ([0-9a-f]{32})$`, 'm').exec(dumps[version])?.[1] ?? '';

const root: BusCaller = { sender: ':1.7', uid: 0, interactive: false, authorize: () => Promise.resolve(true) };

let hub: TestHub;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tshub-import-'));
  hub = await hubForTest({ settings: { hub: { allow_named_servers: true } } });
});
afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

async function restored(version: (typeof versions)[number]): Promise<PeerImport> {
  const file = join(folder, 'jupyterhub.sqlite');
  await new Promise<void>((resolve, reject) => {
    const db = new sqlite3.Database(file);
    db.exec(dumps[version], (error) => {
      db.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
  return readPeerDatabase(file);
}

async function runImport(document: PeerImport, apply: boolean, caller = root): Promise<readonly ImportEntry[]> {
  const text = await hub.hub.hub1.methods.ImportPeer(caller, JSON.stringify(document), apply);
  return importReport.parse(JSON.parse(text)).entries;
}

const messageOf = async (work: Promise<unknown>): Promise<string> => (await problemOf(work)).message;

const whoHas = async (token: string) => {
  const answer = await hub.api('/user', { token });
  return { status: answer.status, name: answer.status === 200 ? answer.json<{ name: string }>().name : undefined };
};

describe.each(versions)('the database of JupyterHub %s', (version) => {
  test('brings its people, and their tokens go on working', async () => {
    const document = await restored(version);
    expect((await runImport(document, true)).filter(({ what }) => what === 'skip')).toEqual([]);

    expect(await hub.hub.users.byName('ada')).toMatchObject({ admin: false });
    expect(await hub.hub.users.byName('teacher')).toMatchObject({ admin: true });
    const group = (await hub.api('/groups/algebra', { token: tokenIn(version, 'teacher') })).json<{
      users: string[];
    }>();
    expect(group).toMatchObject({ name: 'algebra' });
    expect(new Set(group.users)).toEqual(new Set(['ada', 'bob']));
    // Twice: the first use gives the row our own hash.
    expect(await whoHas(tokenIn(version, 'ada'))).toEqual({ status: 200, name: 'ada' });
    expect(await whoHas(tokenIn(version, 'ada'))).toEqual({ status: 200, name: 'ada' });
    expect((await whoHas(`${tokenIn(version, 'ada').slice(0, 31)}x`)).status).toBe(403);
  });

  test('a look changes nothing, and a second time neither', async () => {
    const document = await restored(version);
    const looked = await runImport(document, false);
    expect(await hub.hub.users.count()).toBe(0);
    expect((await whoHas(tokenIn(version, 'ada'))).status).toBe(403);

    const done = await runImport(document, true);
    // What is about things that were not there yet is decided only when they are.
    expect(done.map(({ kind, name, what }) => `${what} ${kind} ${name}`)).toEqual(
      looked.map(({ kind, name, what }) => `${what} ${kind} ${name}`),
    );
    expect((await runImport(document, true)).filter(({ what }) => what !== 'same')).toEqual([]);
  });
});

test('roles, and what is shared, come along', async () => {
  await runImport(await restored('5.5.0'), true);
  const token = tokenIn('5.5.0', 'teacher');
  expect((await hub.api('/users/bob', { token })).json()).toMatchObject({ roles: ['algebra-staff', 'user'] });
  const shares = (await hub.api('/shares/ada/lab', { token })).json<{ items: unknown[] }>();
  expect(shares.items).toHaveLength(2);
});

test('a token that was revoked here does not come back', async () => {
  const document = await restored('5.5.0');
  await runImport(document, true);
  const token = tokenIn('5.5.0', 'ada');
  const ada = await hub.hub.users.byName('ada');
  await hub.hub.tokens.revokeUser(ada?.id ?? 0);
  expect((await whoHas(token)).status).toBe(403);
  await runImport(document, true);
  expect((await whoHas(token)).status).toBe(403);
});

test('what cannot come along says why, and keeps nobody out', async () => {
  const document = await restored('5.5.0');
  const [role] = document.roles.filter(({ name }) => name === 'odd');
  const [token] = document.tokens;
  if (role === undefined || token === undefined) throw new Error('the fixture has changed');
  const entries = await runImport(
    {
      ...document,
      users: [...document.users, { name: '../root', admin: true, lastActivity: null }],
      roles: [...document.roles, { ...role, name: 'strange', scopes: ['fly:planes'] }],
      services: [{ name: 'grader', admin: true }],
      tokens: [
        { ...token, owner: { kind: 'service', name: 'grader' } },
        { ...token, hash: 'sha512:99999:ab:12', note: 'slow' },
        ...document.tokens,
      ],
    },
    true,
  );
  const skipped = entries.filter(({ what }) => what === 'skip').map(({ kind, name, why }) => `${kind} ${name}: ${why}`);
  expect(skipped).toEqual([
    'user ../root: no user of this hub can be called so',
    expect.stringMatching(/^role strange: no such scope: fly:planes/),
    expect.stringMatching(/^service grader: .*\[services\.grader\]/),
    expect.stringMatching(/^token service grader: .*not here yet/),
    expect.stringMatching(/^token user \w+: slow: its hash is none/),
  ]);
  expect((await whoHas(tokenIn('5.5.0', 'ada'))).status).toBe(200);
});

test('two people whom this hub would call the same do not become one', async () => {
  const document = await restored('5.5.0');
  const [ada] = document.users.filter(({ name }) => name === 'ada');
  if (ada === undefined) throw new Error('the fixture has changed');
  const entries = await runImport(
    { ...document, users: [...document.users, { ...ada, name: ' ada', admin: true }] },
    true,
  );
  expect(entries.filter(({ kind, what }) => kind === 'user' && what === 'skip').map(({ name }) => name)).toEqual([
    'ada',
    ' ada',
  ]);
  expect(await hub.hub.users.byName('ada')).toBeUndefined();
  expect((await whoHas(tokenIn('5.5.0', 'ada'))).status).toBe(403);
});

test('a long text is not hashed as often as an imported token says', async () => {
  const document = await restored('5.5.0');
  await runImport(document, true);
  const token = tokenIn('5.5.0', 'ada');
  expect((await whoHas(`${token}${'x'.repeat(300)}`)).status).toBe(403);
  expect(await whoHas(token)).toEqual({ status: 200, name: 'ada' });
});

test('only whom polkit lets decide who may do what', async () => {
  const asked: string[] = [];
  const person: BusCaller = {
    ...root,
    uid: 1001,
    authorize: (action) => {
      asked.push(action);
      return Promise.resolve(false);
    },
  };
  await expect(messageOf(runImport(await restored('5.5.0'), false, person))).resolves.toMatch(/not allowed to import/);
  expect(asked).toEqual(['org.tshub.hub.manage-roles']);
  await expect(
    messageOf(Promise.resolve(hub.hub.hub1.methods.ImportPeer(root, '{"users": 1}', true))),
  ).resolves.toMatch(/document: /);
  await expect(messageOf(Promise.resolve(hub.hub.hub1.methods.ImportPeer(root, '{', true)))).resolves.toMatch(
    /expected JSON/,
  );
});

test('a file that is none of a JupyterHub is refused with what was expected', async () => {
  await expect(messageOf(readPeerDatabase(join(fixtures, 'make')))).resolves.toMatch(
    /expected the SQLite database of a JupyterHub/,
  );
  await expect(messageOf(readPeerDatabase('/nowhere'))).resolves.toMatch(/\/nowhere/);
});
