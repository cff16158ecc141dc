import type { Log } from '@tshub/daemon';
import type { ErrorPages } from './error-pages.ts';
import type { Limits } from './limits.ts';
import type { OpenEndings } from './open-endings.ts';
import type { Rewrite } from './rewrite.ts';
import type { Upstream } from './upstream.ts';
import type { WriteBatch } from './write-batch.ts';

/** Where a request goes: the hub, or a user server (or service) below its prefix. */
export interface Destination {
  /** null: the hub. */
  readonly serverPrefix: string | null;
  readonly upstream: Upstream;
  /** null: messages are passed on as they are. */
  readonly rewrite: Rewrite | null;
  readonly open: OpenEndings;
  /** Milliseconds since 1970. */
  lastActivity: number;
  /** Why the last request failed, or null: the journal hears once of a server that does not answer, not once a request. */
  problem: string | null;
}

/** What old processes still have open, that a restart has left behind. */
export interface Leaving {
  readonly connections: number;
  readonly websockets: number;
}

export const noneLeaving: Leaving = { connections: 0, websockets: 0 };

/** What forwarding counts. */
export interface Counters {
  requests: bigint;
  /** Open in this thread. */
  websockets: number;
  /** Open in others, as of their last report. */
  otherWebsockets: number;
  /** Answers given, by status. */
  readonly answers: Map<number, number>;
  /** Requests that asked for a websocket, ever. */
  upgrades: number;
  /** Requests to the hub under way, by the address of their client. */
  readonly hubRequests: Map<string, number>;
  leaving: Leaving;
}

/** Parts that every forwarded request shares. */
export interface Forwarding {
  readonly limits: () => Limits;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Log;
  readonly counters: Counters;
  readonly batch: WriteBatch;
  readonly errorPages: () => ErrorPages;
}

export function countAnswer({ answers }: Counters, status: number): void {
  answers.set(status, (answers.get(status) ?? 0) + 1);
}

/** Who or what did not answer, in words. */
export function nameOf(to: Destination): string {
  return to.serverPrefix === null ? 'the hub' : `the server of ${to.serverPrefix}`;
}
