import type { Decision, ServerEndEntry, ServerEntry } from '@tshub/contract';
import type { Clock } from './clock.ts';
import { sayLimit, timeAgainstLimit } from './duration.ts';
import type { Policy } from './policy.ts';
import { isPlain, type SignFacts, signsOf } from './signs.ts';

export type ServerFacts = Pick<ServerEntry, 'user' | 'server' | 'ready' | 'pending' | 'keptUntil'> & SignFacts;

/** A decision, and what the hub is told of the server's end; null when there is none. */
export interface Verdict extends Decision {
  readonly end: ServerEndEntry | null;
  /** Seconds until its user is to be warned; Infinity for never, or when that has been. */
  readonly warnIn: number;
  /** Seconds since it was of use to anybody. */
  readonly idle: number;
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
 * Keep or stop, and why, in the order of jupyterhub-idle-culler 2.0: pending, not ready, idle, too old. Unlike there, the switches for
 * default and named servers hold for max_age too (docs/design/decisions/0002-culler-max-age.md).
 */
export function decide(facts: ServerFacts, policy: Policy, clock: Clock): Verdict {
  const { user, server } = facts;
  const signs = signsOf(facts, policy, clock);
  const idle = signs[0] === undefined ? undefined : Math.max(0, policy.timeout - signs[0].left);
  const explain = [
    `limits: ${policy.from.join(', ')}: timeout ${sayLimit(policy.timeout)}${policy.max_age > 0 ? `, max_age ${sayLimit(policy.max_age)}` : ''}`,
    ...signs.map(({ says }) => says),
  ];
  const keep = (why: string): Verdict => ({
    ...{ kind: 'server', user, server, cull: false, why, seconds: never, explain },
    ...{ end: null, warnIn: Infinity, idle: idle ?? 0 },
  });

  if (facts.pending !== '') return keep(`a ${facts.pending} is under way`);
  if (!facts.ready) return keep('not ready yet');
  if (!policy.enabled) return keep('it is never stopped (enabled)');
  if (server === '' && !policy.cull_default_servers)
    return keep('default servers are not stopped (cull_default_servers)');
  if (server !== '' && !policy.cull_named_servers) return keep('named servers are not stopped (cull_named_servers)');

  const limit = nearest(idle, facts, policy, clock);
  if (idle === undefined || limit === undefined) return keep('neither its start nor its last activity is known');
  const now = clock.now();
  const keptFor = (Number(facts.keptUntil ?? 0n) - now) / 1000;
  const left = Math.max(limit.left, Math.min(keptFor, limit.left + policy.keep_for));
  const warnAt = Math.min(policy.warn_before, limit.limit / 2);
  const end = {
    user,
    server,
    at: BigInt(Math.round(now + limit.left * 1000)),
    rule: limit.rule,
    why: limit.why,
    latest: BigInt(Math.round(now + (limit.left + policy.keep_for) * 1000)),
    activity: isPlain(policy) ? facts.lastActivity : 0n,
    warned: left <= warnAt && policy.warn_before > 0,
  };
  const warnIn = end.warned || policy.warn_before === 0 ? Infinity : left - warnAt;
  const isKept = left > limit.left;
  if (isKept) explain.push(`kept by its user until ${new Date(now + left * 1000).toISOString()}`);
  if (limit.left + policy.keep_for > Math.max(left, 0))
    explain.push(`may be kept until ${new Date(Number(end.latest)).toISOString()}`);
  const base = { kind: 'server' as const, user, server, explain, end, warnIn, idle };
  if (left <= 0) return { ...base, cull: true, why: limit.now, seconds: 0 };
  return { ...base, cull: false, why: isKept ? `${limit.now}, kept by its user` : limit.now, seconds: Math.ceil(left) };
}

/** The limit that is reached first; idleness is named before age when both are. */
function nearest(idle: number | undefined, facts: ServerFacts, policy: Policy, clock: Clock): Limit | undefined {
  const age = facts.started === 0n ? undefined : clock.since(facts.started);
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
