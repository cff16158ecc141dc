import type { Decision, ServerEndEntry, ServerEntry } from '@tshub/contract';
import { sayLimit, timeAgainstLimit } from './duration.ts';

/** What [culler] says about one server; seconds. */
export interface Policy {
  readonly timeout: number;
  /** 0: no limit. */
  readonly max_age: number;
  readonly cull_default_servers: boolean;
  readonly cull_named_servers: boolean;
  /** How much longer than the limits allow its user may keep it. */
  readonly keep_for: number;
  readonly warn_before: number;
}

export type ServerFacts = Pick<
  ServerEntry,
  'user' | 'server' | 'ready' | 'pending' | 'started' | 'lastActivity' | 'keptUntil'
>;

/** A decision, and what the hub is told of the server's end; null when there is none. */
export interface Verdict extends Decision {
  readonly end: ServerEndEntry | null;
}

/** A limit of a server: how much of it is left, in seconds, and how one tells. */
interface Limit {
  readonly rule: 'idle' | 'age';
  readonly left: number;
  readonly limit: number;
  readonly now: string;
  readonly why: string;
}

/** `seconds` of a server that this policy never stops. */
const never = -1;

/**
 * Keep or stop, and why, in the order of jupyterhub-idle-culler 2.0: pending, not ready, idle, too old.
 * `now` is milliseconds since 1970. Unlike there, the switches for default and named servers hold for max_age too
 * (docs/design/decisions/0002-culler-max-age.md).
 */
export function decide(facts: ServerFacts, policy: Policy, now: number): Verdict {
  const { user, server } = facts;
  const keep = (why: string): Verdict => ({ user, server, cull: false, why, seconds: never, end: null });

  if (facts.pending !== '') return keep(`a ${facts.pending} is under way`);
  if (!facts.ready) return keep('not ready yet');
  if (server === '' && !policy.cull_default_servers)
    return keep('default servers are not stopped (cull_default_servers)');
  if (server !== '' && !policy.cull_named_servers) return keep('named servers are not stopped (cull_named_servers)');

  const limit = nearest(facts, policy, now);
  if (limit === undefined) return keep('neither its start nor its last activity is known');
  const keptFor = (Number(facts.keptUntil ?? 0n) - now) / 1000;
  const left = Math.max(limit.left, Math.min(keptFor, limit.left + policy.keep_for));
  const end = {
    user,
    server,
    at: BigInt(Math.round(now + limit.left * 1000)),
    rule: limit.rule,
    why: limit.why,
    latest: BigInt(Math.round(now + (limit.left + policy.keep_for) * 1000)),
    activity: facts.lastActivity,
    warned: left <= warnTime(policy, limit),
  };
  if (left <= 0) return { user, server, cull: true, why: limit.now, seconds: 0, end };
  const why = left > limit.left ? `${limit.now}, kept by its user` : limit.now;
  return { user, server, cull: false, why, seconds: Math.ceil(left), end };
}

/** Seconds before the end when its user is warned: not the whole life of a server with a short limit. */
export function warnTime({ warn_before }: Pick<Policy, 'warn_before'>, { limit }: Pick<Limit, 'limit'>): number {
  return Math.min(warn_before, limit / 2);
}

/** The limit that is reached first; idleness is named before age when both are. */
function nearest(facts: ServerFacts, policy: Policy, now: number): Limit | undefined {
  const age = secondsSince(facts.started, now);
  // A server that nobody ever used is idle since it started.
  const idle = secondsSince(facts.lastActivity, now) ?? age;
  const byIdle = idle === undefined ? undefined : limitOf('idle', idle, policy.timeout);
  const byAge = policy.max_age === 0 || age === undefined ? undefined : limitOf('age', age, policy.max_age);
  if (byIdle === undefined || byAge === undefined) return byIdle ?? byAge;
  return byIdle.left <= 0 || byIdle.left <= byAge.left ? byIdle : byAge;
}

function limitOf(rule: 'idle' | 'age', seconds: number, limit: number): Limit {
  const verb = rule === 'idle' ? 'idle' : 'running';
  return {
    rule,
    left: limit - seconds,
    limit,
    now: `${verb} for ${timeAgainstLimit(seconds, limit)}`,
    why: `${verb} for ${sayLimit(limit)}`,
  };
}

/** Seconds since a moment in milliseconds; undefined for 0, which means never. A clock that was set back counts as no time at all. */
function secondsSince(moment: bigint, now: number): number | undefined {
  return moment === 0n ? undefined : Math.max(0, (now - Number(moment)) / 1000);
}
