import type { Knex } from 'knex';
import { schema, type Settings } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import type { Caller } from '../../packages/hubd/src/caller/caller.ts';
import { databaseForTest } from './database-for-test.ts';
import { makeOAuthClients } from '../../packages/hubd/src/oauth/clients.ts';
import { makeServers, type ServersParts, type ServersRoom } from '../../packages/hubd/src/servers/servers.ts';
import type { Timing } from '../../packages/hubd/src/servers/waiting.ts';
import { makePeerTokens } from '../../packages/hubd/src/tokens/peer-tokens.ts';
import { makeTokens } from '../../packages/hubd/src/tokens/tokens.ts';
import type { User } from '../../packages/hubd/src/users/user.ts';
import { makeUsersStore } from '../../packages/hubd/src/users/users-store.ts';
import { makeClock, type TestClock } from './clock.ts';
import { accessForTest } from './access-for-test.ts';
import { FakeProxy } from './fake-proxy.ts';
import { FakeSpawner } from './fake-spawner.ts';

export const testApiUrl = 'http://127.0.0.1:8081/hub/api';

/** Short enough that a test of what happens when time is over does not take long. */
export const quick: Partial<Timing> = {
  probeAgain: 1,
  probeTry: 50,
  proxyAway: 20,
  look: 5,
  log: 5,
  adoptFirst: 1,
  adoptLongest: 5,
  flush: 1,
  stopWait: 50,
};

/** What outlives a hub: the database, the fakes, the log. */
export interface World {
  readonly db: Knex;
  readonly spawner: FakeSpawner;
  readonly proxy: FakeProxy;
  readonly clock: TestClock;
  readonly records: LogRecord[];
  close(): Promise<void>;
}

export interface LogRecord {
  readonly level: number;
  readonly msg: string;
  readonly event?: string;
  readonly user?: string;
  readonly reason?: string;
}

export interface TestServers {
  readonly world: World;
  readonly servers: ServersRoom;
  readonly parts: ServersParts;
  readonly users: ServersParts['users'];
  readonly tokens: ServersParts['tokens'];
  readonly clients: ServersParts['clients'];
  user(name: string, admin?: boolean): Promise<User>;
  /** A person, with what their role lets them do. */
  caller(name: string, admin?: boolean): Promise<Caller>;
  messages(event: string): string[];
}

export interface TestSettings {
  readonly hub?: Partial<Settings['hub']>;
  readonly spawner?: Partial<Settings['spawner']>;
  /** As in tshub.toml. */
  readonly profiles?: readonly unknown[];
}

export async function makeWorld(): Promise<World> {
  const records: LogRecord[] = [];
  const db = await databaseForTest();
  return {
    db,
    spawner: new FakeSpawner(),
    proxy: new FakeProxy(),
    clock: makeClock(),
    records,
    close: () => db.destroy(),
  };
}

export function settingsForTest({ hub, spawner, profiles = [] }: TestSettings = {}): Settings {
  const defaults = schema.parse({ profiles });
  return {
    ...defaults,
    hub: { ...defaults.hub, last_activity_interval: 0, ...hub },
    spawner: { ...defaults.spawner, http_timeout: 5, ...spawner },
  };
}

/** A hub's servers in a world, which may have seen another hub before. */
export function serversIn(
  world: World,
  options: { settings?: TestSettings; parts?: Partial<ServersParts> } = {},
): TestServers {
  const settings = settingsForTest(options.settings);
  const log = makeLog({
    name: 'hubd',
    level: 'debug',
    output: { write: (line: string) => void world.records.push(JSON.parse(line) as LogRecord) },
  });
  const { db, clock } = world;
  const users = makeUsersStore(db, clock);
  const tokens = makeTokens({ db, clock, settings: () => settings, peer: makePeerTokens(db, clock) });
  const clients = makeOAuthClients({ db, tokens });
  const access = accessForTest();
  const parts: ServersParts = {
    access,
    db,
    settings,
    clock,
    log,
    spawner: world.spawner.calls,
    proxy: world.proxy.calls,
    watchUnits: world.spawner.watchUnits,
    tokens,
    clients,
    users,
    apiUrl: testApiUrl,
    groupsOf: () => Promise.resolve([]),
    timing: quick,
    ...options.parts,
  };
  const user = (name: string, admin = false): Promise<User> => users.ensure(name, admin);
  return {
    world,
    servers: makeServers(parts),
    parts,
    users,
    tokens,
    clients,
    user,
    async caller(name, admin = false) {
      const { id } = await user(name, admin);
      const owner = { kind: 'user', id, name, admin } as const;
      return { owner, scopes: access.scopesOf(owner), via: 'token', tokenId: null, sessionId: null, from: '127.0.0.1' };
    },
    messages: (event) => world.records.filter((record) => record.event === event).map((record) => record.msg),
  };
}
