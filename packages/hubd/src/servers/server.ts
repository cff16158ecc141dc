import type { Profile } from '@tshub/config';
import type { Caller } from '../caller/caller.ts';
import type { User } from '../users/user.ts';
import type { CgroupUsage } from './cgroups.ts';
import type { ServerEnd } from './ends.ts';

/** One server of one user. The default server has the empty name. Times are milliseconds since 1970. */

export type Pending = 'spawn' | 'stop' | 'check';

/** What is known of a server now; rows of servers that were stopped have `active: false`. */
export interface Server {
  readonly userId: number;
  readonly user: string;
  readonly name: string;
  /** What its owner calls it; null if nothing. */
  readonly displayName: string | null;
  /** Running, or about to run or to stop. */
  readonly active: boolean;
  readonly pending: Pending | null;
  readonly ready: boolean;
  readonly started: number | null;
  readonly lastActivity: number | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly profile: string;
  readonly unit: string;
  readonly invocation: string;
  readonly target: string;
  readonly uid: number | null;
  /** Why the last start failed, or why it ended; one public sentence, '' when there is nothing to say. */
  readonly lastEnd: string;
  /** The same for administrators: unit, exit code, invocation, where to look. */
  readonly endDetail: string;
  /** The last time that memory ran out in this run of it and a program of it was killed; the server itself went on. */
  readonly lastKill: { readonly at: number; readonly reason: string } | null;
  /** Of its activity, when it was last asked for something, and when it last reported to be at work; what is not known is absent. */
  readonly signs: { readonly request?: number; readonly report?: number };
  /** When it will be stopped for being idle or old; null when it will not, or the culler has not said so yet. */
  readonly end: ServerEnd | null;
  /** Until when its user has put that off. */
  readonly keptUntil: number | null;
  /** Whether lastEnd is a failed start, which a visit must not repeat by itself. */
  readonly failed: boolean;
}

/** One message of a start, in the peer's form (contract 2.4), and our own log lines. */
export interface ProgressEvent {
  readonly progress?: number;
  readonly message: string;
  readonly html_message?: string;
  readonly ready?: true;
  readonly failed?: true;
  readonly url?: string;
  /** Last lines of the server's journal, with a failure. */
  readonly log?: readonly string[];
}

/** What can be changed of a server that does not run; what is left out stays. */
export interface ServerChanges {
  readonly name?: string;
  readonly displayName?: string | null;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Servers {
  /** The row of a server; undefined when it was never started. */
  get(user: string, name: string): Server | undefined;
  ofUser(userId: number): readonly Server[];
  active(): readonly Server[];
  /** What this person chooses from; none when the host has no profiles. */
  profiles(user: string): Promise<readonly Profile[]>;
  /**
   * Begins a start; the promise in `done` settles when it is ready or has failed (TshubError spawn_failed, spawn_refused…).
   * Throws at once: already_running, pending, server_limit, too_many_requests, bad_request (named servers off or bad name).
   */
  start(
    caller: Caller,
    user: User,
    name: string,
    options: Readonly<Record<string, unknown>> | null,
    displayName?: string | null,
  ): Promise<{ readonly done: Promise<Server> }>;
  /** A named server that is not started; throws server_exists, bad_request. */
  create(caller: Caller, user: User, name: string, given: Omit<ServerChanges, 'name'>): Promise<Server>;
  /** Throws not_found, server_exists, bad_request for one that runs. */
  update(caller: Caller, user: User, name: string, change: ServerChanges): Promise<Server>;
  /** Begins a stop, or cancels a start; `done` settles when it has stopped. Not running is not an error: done is settled. */
  stop(caller: Caller, user: User, name: string, reason: string): Promise<{ readonly done: Promise<void> }>;
  /** Puts off the end of a server until a moment, or as long as is allowed; throws not_running, and bad_request beyond the bound. */
  keep(caller: Caller, user: User, name: string, until: number | null): Promise<Server>;
  /** Stops if need be and forgets the row of a named server. */
  remove(caller: Caller, user: User, name: string): Promise<{ readonly done: Promise<void> }>;
  /**
   * Stops all servers of a user and lets none begin until `work`, which renames or deletes the user, is done. Then they are called
   * by the name that it returns; null when their rows went with the user. Throws pending when they do not stop in time.
   */
  whileStopped(caller: Caller, user: User, work: () => Promise<string | null>): Promise<void>;
  /** Events of the current or last start, from its beginning, until it is over; throws not_starting when there is nothing to tell. */
  progress(user: string, name: string, signal: AbortSignal): AsyncIterable<ProgressEvent>;
  /** Last lines of the server's journal. */
  log(user: string, name: string, lines: number): Promise<readonly string[]>;
  /** What it uses; undefined when it does not run. */
  usage(user: string, name: string): Promise<ServerUsage | undefined>;
  /** What all servers of a person use together; undefined when none runs, or the host does not count. */
  userUsage(user: string): Promise<ServerUsage | undefined>;
  /** Keeps the later time for a server (and, by the caller of this, for its user). */
  touch(user: string, name: string, at: number): void;
}

export type ServerUsage = CgroupUsage;
