import type { RequestListener } from 'node:http';
import type { Calls, Implementation } from '@tshub/bus';
import type { LoginSecrets, Settings } from '@tshub/config';
import type { hub1, proxy1, spawner1 } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Account, BareAccount } from '@tshub/native';
import type { Knex } from 'knex';
import type { Groups } from './groups/group.ts';
import type { SignalsOut } from './hub1-signals.ts';
import type { Reload } from './hub-reload.ts';
import type { Authenticate } from './login/authenticators/authenticator.ts';
import type { LoginRecords } from './login/login-records.ts';
import type { Outside } from './login/oidc/outside-fetch.ts';
import type { Roles } from './roles/role.ts';
import type { ServersParts, ServersRoom } from './servers/servers.ts';
import type { Services } from './services/service.ts';
import type { Tokens } from './tokens/token.ts';
import type { UsersStore } from './users/user.ts';

/** Everything from outside that the hub works with; tests replace any of it. */
export interface HubParts {
  readonly settings: Settings;
  /** A file (unless the settings name a database), or an open database, which is left open. */
  readonly db: string | Knex;
  readonly clock: { now(): number };
  readonly log: Log;
  /** Without a deadline of its own: the servers' room keeps those. */
  readonly spawner: Calls<typeof spawner1>;
  readonly proxy: Calls<typeof proxy1>;
  /** The way of private signals; nobody hears them if not said. */
  readonly signals?: SignalsOut;
  readonly watchUnits: ServersParts['watchUnits'];
  readonly authenticate: (settings: () => Settings) => Authenticate;
  /** Looked up at each use, so that a reload counts; none if not said. */
  readonly secrets?: () => LoginSecrets;
  /** The way to a provider that checks logins; leads nowhere if not said. */
  readonly outside?: Outside;
  /** The accounts of the host. */
  readonly accounts: { byName(name: string): Promise<Account | null>; byUid(uid: number): Promise<BareAccount | null> };
  /** Sign cookies; the first is used, all are believed. */
  readonly keys: readonly string[];
  readonly runtime: { readonly version: string; readonly executable: string };
  readonly apiUrl?: string;
  /** What systemd handed over under a name; nothing if not said. */
  readonly credential?: (name: string) => string | undefined;
  /** Ends the process for good; does nothing if not said. */
  readonly end?: () => void;
  readonly timing?: ServersParts['timing'];
  /** Injected by tests: pauses of logins and pages. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface Hub {
  /** Answers every request of the hub's listeners. */
  readonly handle: RequestListener;
  readonly hub1: Implementation<typeof hub1>;
  readonly servers: ServersRoom;
  readonly users: UsersStore;
  readonly tokens: Tokens;
  readonly groups: Groups;
  readonly roles: Roles;
  readonly records: LoginRecords;
  readonly services: Services;
  readonly db: Knex;
  readonly settings: () => Settings;
  /** Looks at what runs and begins what is done from time to time. */
  start(): Promise<void>;
  /** Leaves user servers running. */
  stop(): Promise<void>;
  reload(settings: Settings): Reload;
}
