import type { Settings } from '@tshub/config';
import type { Log } from '@tshub/daemon';
import type { Access } from '../access/access.ts';
import type { OAuthClients } from '../oauth/client.ts';
import type { ProxyLink } from '../proxy/proxy-link.ts';
import type { WantedRoute } from '../proxy/route-changes.ts';
import type { Tokens } from '../tokens/token.ts';
import type { UsersStore } from '../users/user.ts';
import { serverPrefix } from '@tshub/contract';
import type { ServiceResult } from './end-reason.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import type { ServerRow, ServersStore } from './servers-store.ts';
import type { SpawnerLink } from './spawner-link.ts';
import type { StartQueue } from './start-queue.ts';
import type { Timing } from './waiting.ts';

/** What the steps of this room share. */
export interface Room {
  readonly access: Pick<Access, 'server'>;
  readonly store: ServersStore;
  readonly entries: Entries;
  readonly queue: StartQueue;
  readonly spawner: SpawnerLink;
  readonly proxy: ProxyLink;
  readonly tokens: Tokens;
  readonly clients: OAuthClients;
  readonly users: UsersStore;
  readonly clock: { now(): number };
  readonly log: Log;
  readonly timing: Timing;
  /** Where servers reach the API, without a slash at the end. */
  readonly apiUrl: string;
  /** Told whose row is gone or has another name: the server may have been shared. */
  readonly onRenamed: (user: string) => Promise<void>;
  readonly otherRoutes: () => Promise<readonly WantedRoute[]>;
  settings(): Pick<Settings, 'hub' | 'profiles' | 'spawner'>;
  /** Names of the groups that an account of the host is in. */
  groupsOf(account: string): Promise<readonly string[]>;
  /** Asks for another look at servers of which it is not known what they do. */
  recheck(): void;
  /** Finds out whether a server that was ready has ended; `last` is what its unit said, if it said anything. */
  lookAt(entry: Entry, last?: ServiceResult): void;
}

/** The route of a server that runs. */
export function routeOf(row: ServerRow): WantedRoute {
  return {
    prefix: serverPrefix(row.user, row.name),
    target: row.target,
    uid: row.uid ?? 0,
    data: { user: row.user, server_name: row.name },
  };
}

/** The note of a server's own token; the hub's activity rules know it by the beginning (peer's contract 2.1). */
export function tokenNote(user: string, name: string): string {
  return `Server at ${serverPrefix(user, name)}`;
}

/** For the log: one sentence of any error. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
