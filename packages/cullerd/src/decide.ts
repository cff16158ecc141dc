import type { Decision, ServerEntry } from '@tshub/contract';
import { timeAgainstLimit } from './duration.ts';

/** The part of [culler] that a decision needs; seconds. */
export interface Policy {
  readonly timeout: number;
  /** 0: no limit. */
  readonly max_age: number;
  readonly cull_default_servers: boolean;
  readonly cull_named_servers: boolean;
}

export type ServerFacts = Pick<ServerEntry, 'user' | 'server' | 'ready' | 'pending' | 'started' | 'lastActivity'>;

/** `seconds` of a server that this policy never stops. */
const never = -1;

/**
 * Keep or stop, and why, in the order of jupyterhub-idle-culler 2.0: pending, not ready, idle, too old.
 * `now` is milliseconds since 1970. Unlike there, the switches for default and named servers hold for max_age too
 * (docs/design/decisions/0002-culler-max-age.md).
 */
export function decide(facts: ServerFacts, policy: Policy, now: number): Decision {
  const { user, server } = facts;
  const keep = (why: string, seconds: number = never): Decision => ({ user, server, cull: false, why, seconds });
  const cull = (why: string): Decision => ({ user, server, cull: true, why, seconds: 0 });

  if (facts.pending !== '') return keep(`a ${facts.pending} is under way`);
  if (!facts.ready) return keep('not ready yet');
  if (server === '' && !policy.cull_default_servers)
    return keep('default servers are not stopped (cull_default_servers)');
  if (server !== '' && !policy.cull_named_servers) return keep('named servers are not stopped (cull_named_servers)');

  const age = secondsSince(facts.started, now);
  // A server that nobody ever used is idle since it started.
  const idle = secondsSince(facts.lastActivity, now) ?? age;
  const idleText = idle === undefined ? undefined : `idle for ${timeAgainstLimit(idle, policy.timeout)}`;
  const ageText = age === undefined ? undefined : `running for ${timeAgainstLimit(age, policy.max_age)}`;

  if (idle !== undefined && idleText !== undefined && idle >= policy.timeout) return cull(idleText);
  if (policy.max_age > 0 && age !== undefined && ageText !== undefined && age >= policy.max_age) return cull(ageText);
  if (idle === undefined || idleText === undefined) return keep('neither its start nor its last activity is known');
  if (policy.max_age === 0 || age === undefined) return keep(idleText, Math.ceil(policy.timeout - idle));
  const left = { idle: policy.timeout - idle, age: policy.max_age - age };
  return left.age < left.idle ? keep(ageText ?? '', Math.ceil(left.age)) : keep(idleText, Math.ceil(left.idle));
}

/** Seconds since a moment in milliseconds; undefined for 0, which means never. A clock that was set back counts as no time at all. */
function secondsSince(moment: bigint, now: number): number | undefined {
  return moment === 0n ? undefined : Math.max(0, (now - Number(moment)) / 1000);
}
