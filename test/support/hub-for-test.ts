import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoginSecrets, noSecrets, schema, type Settings } from '@tshub/config';
import { listenOn, makeLog } from '@tshub/daemon';
import type { Account } from '@tshub/native';
import { hubServer } from '../../packages/hubd/src/hub-listeners.ts';
import { createHub, type Hub, type HubParts } from '../../packages/hubd/src/hub.ts';
import type { Authenticate } from '../../packages/hubd/src/login/authenticators/authenticator.ts';
import type { User } from '../../packages/hubd/src/users/user.ts';
import { ask, type Answer, Browser, type Visit } from './browser.ts';
import { makeClock, type TestClock } from './clock.ts';
import { databaseForTest } from './database-for-test.ts';
import { FakeProxy } from './fake-proxy.ts';
import { FakeSpawner } from './fake-spawner.ts';

/** Sections of tshub.toml, as an administrator would write them. */
export type SettingsInput = Readonly<Record<string, Readonly<Record<string, unknown>> | readonly unknown[]>>;

export interface HubForTestOptions {
  readonly settings?: SettingsInput;
  /** A file or an open database; a new one in memory if not said. */
  readonly db?: HubParts['db'];
  readonly clock?: TestClock;
  readonly spawner?: FakeSpawner;
  readonly proxy?: FakeProxy;
  /** Who may log in, and with what; everybody with `NAME-password` if not said. */
  readonly authenticate?: HubParts['authenticate'];
  /** Accounts of the host; none if not said. */
  readonly accounts?: ReadonlyArray<Pick<Account, 'name' | 'uid'> & { readonly groups?: readonly string[] }>;
  readonly timing?: HubParts['timing'];
  readonly secrets?: Partial<LoginSecrets>;
  readonly outside?: HubParts['outside'];
  readonly keys?: readonly string[];
  readonly credential?: HubParts['credential'];
  readonly end?: HubParts['end'];
  readonly signals?: HubParts['signals'];
  /** Pauses of logins and pages; none if not said. */
  readonly wait?: HubParts['wait'];
}

export type LogRecord = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: number };

/** A hub in this process, with real HTTP and a real database. */
export interface TestHub {
  readonly hub: Hub;
  readonly clock: TestClock;
  readonly spawner: FakeSpawner;
  readonly proxy: FakeProxy;
  readonly settings: Settings;
  /** What was logged, oldest first. */
  readonly logged: readonly LogRecord[];
  /** Where user servers reach the API. */
  readonly apiUrl: string;
  /** A new browser; all requests come through the proxy's socket. */
  browser(address?: string): Browser;
  /** Asks the API over TCP, below /hub/api; `token` goes into the header. */
  api(path: string, options?: Visit & { readonly token?: string; readonly json?: unknown }): Promise<Answer>;
  /** A user of the hub, made if need be; who is there stays what they are unless it is said. */
  user(name: string, options?: { readonly admin?: boolean }): Promise<User>;
  /** A token of a user, or of a service when there is no such user. */
  token(owner: string, scopes?: readonly string[]): Promise<string>;
  /** Ends listeners and hub; an open database that was passed in stays open. */
  close(): Promise<void>;
}

export const testKeys = ['a key of this test, at least thirty-two characters'] as const;

export function settingsForTest(input: SettingsInput = {}): Settings {
  // Most tests have people without accounts of a host.
  const login = { auth_refresh_age: 0, ...(input['login'] as object | undefined) };
  return schema.parse({ ...input, login });
}

/** Builds and starts a hub; what is not said is replaced by fakes that behave. */
export async function hubForTest(options: HubForTestOptions = {}): Promise<TestHub> {
  const { clock = makeClock(), spawner = new FakeSpawner(), proxy = new FakeProxy() } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tshub-hub-'));
  const settings = settingsForTest(options.settings);
  const logged: LogRecord[] = [];
  const log = makeLog({
    name: 'test',
    level: 'debug',
    output: { write: (line: string) => void logged.push(JSON.parse(line) as LogRecord) },
  });
  const db = options.db ?? (await databaseForTest());
  const hub = await createHub({
    settings,
    db,
    clock,
    log,
    spawner: spawner.calls,
    proxy: proxy.calls,
    watchUnits: spawner.watchUnits,
    authenticate: options.authenticate ?? (() => everybody),
    accounts: accountsOf(options.accounts ?? []),
    keys: options.keys ?? testKeys,
    runtime: { version: 'Node.js test', executable: '/usr/bin/node' },
    wait: options.wait ?? (() => Promise.resolve()),
    secrets: () => ({ ...noSecrets, ...options.secrets }),
    ...(options.outside === undefined ? {} : { outside: options.outside }),
    ...(options.credential === undefined ? {} : { credential: options.credential }),
    ...(options.end === undefined ? {} : { end: options.end }),
    ...(options.signals === undefined ? {} : { signals: options.signals }),
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });
  const socketPath = join(folder, 'hub.sock');
  const forProxy = hubServer(hub.handle);
  const forPrograms = hubServer(hub.handle);
  await listenOn(forProxy, { path: socketPath });
  await listenOn(forPrograms, { host: '127.0.0.1', port: 0 });
  const { port } = forPrograms.address() as AddressInfo;
  await hub.start();

  return {
    hub,
    clock,
    spawner,
    proxy,
    settings,
    logged,
    apiUrl: `http://127.0.0.1:${port}/hub/api`,
    browser: (address) => new Browser({ socketPath }, address),
    api(path, { token, json, ...visit } = {}) {
      const headers = {
        ...(token === undefined ? {} : { Authorization: `token ${token}` }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...visit.headers,
      };
      const body = json === undefined ? visit.body : JSON.stringify(json);
      return ask({ host: '127.0.0.1', port }, `/hub/api${path}`, {
        ...visit,
        headers,
        ...(body === undefined ? {} : { body }),
      });
    },
    user: async (name, { admin } = {}) =>
      (admin === undefined ? await hub.users.byName(name) : undefined) ?? hub.users.ensure(name, admin ?? false),
    async token(owner, scopes = ['inherit']) {
      const user = await hub.users.byName(owner);
      const who =
        user === undefined ? ({ kind: 'service', name: owner } as const) : ({ kind: 'user', id: user.id } as const);
      return (await hub.tokens.issue({ owner: who, scopes, note: 'of a test', expiresIn: null })).text;
    },
    async close() {
      await Promise.all([forProxy, forPrograms].map(closeServer));
      await hub.stop();
      if (options.db === undefined && typeof db !== 'string') await db.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const everybody: Authenticate = {
  begin: ({ user, password }) =>
    Promise.resolve(
      password === `${user}-password`
        ? { kind: 'ok', user, groups: [] }
        : { kind: 'refused', reason: 'denied', text: '' },
    ),
};

function accountsOf(list: NonNullable<HubForTestOptions['accounts']>): HubParts['accounts'] {
  const all = (): Account[] =>
    list.map(({ name, uid, groups = [] }) => ({
      name,
      uid,
      gid: uid,
      gecos: '',
      home: `/home/${name}`,
      shell: '/bin/bash',
      groups: groups.map((group, index) => ({ name: group, gid: 5000 + index })),
    }));
  return {
    byName: (name) => Promise.resolve(all().find((account) => account.name === name) ?? null),
    byUid: (uid) => Promise.resolve(all().find((account) => account.uid === uid) ?? null),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
