import type { Destination } from './destination.ts';
import { OpenEndings } from './open-endings.ts';
import type { Rewrite } from './rewrite.ts';
import type { Upstream } from './upstream.ts';

export interface RouteFacts {
  /** Its name: the prefix in normal form, with the host as first segment when hosts choose. */
  readonly prefix: string;
  readonly segments: readonly string[];
  readonly serverPrefix: string | null;
  readonly target: string;
  /** Who must answer there; `anyUid`: whoever does. */
  readonly uid: number;
  readonly data: Readonly<Record<string, string>>;
  /** What an operator posted, when the route is an operator's and not the hub's. */
  readonly posted: Readonly<Record<string, unknown>> | undefined;
  readonly lastActivity: number;
}

/** A route as it serves. What connections need is made when the first request comes: most routes of a large table idle. */
export class Route implements Destination {
  readonly prefix: string;
  readonly segments: readonly string[];
  readonly serverPrefix: string | null;
  readonly target: string;
  readonly uid: number;
  readonly rewrite: Rewrite | null;
  data: Readonly<Record<string, string>>;
  posted: Readonly<Record<string, unknown>> | undefined;
  lastActivity: number;
  problem: string | null = null;
  #makeUpstream: () => Upstream;
  #upstream: Upstream | undefined;
  #open: OpenEndings | undefined;

  constructor(facts: RouteFacts, rewrite: Rewrite | null, makeUpstream: () => Upstream) {
    this.prefix = facts.prefix;
    this.segments = facts.segments;
    this.serverPrefix = facts.serverPrefix;
    this.target = facts.target;
    this.uid = facts.uid;
    this.data = facts.data;
    this.posted = facts.posted;
    this.lastActivity = facts.lastActivity;
    this.rewrite = rewrite;
    this.#makeUpstream = makeUpstream;
  }

  get upstream(): Upstream {
    this.#upstream ??= this.#makeUpstream();
    return this.#upstream;
  }

  get open(): OpenEndings {
    this.#open ??= new OpenEndings();
    return this.#open;
  }

  /** Asks what uses it to end. */
  leave(): void {
    this.#open?.leaveAll();
  }

  /** Ends what uses it; gives how many that were. */
  end(): number {
    const count = this.#open?.size ?? 0;
    // First: who still waits for a connection is answered rather than cut.
    this.#upstream?.close();
    this.#open?.destroyAll();
    return count;
  }
}
