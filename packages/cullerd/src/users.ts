import type { Settings } from '@tshub/config';
import type { Decision, UserEntry } from '@tshub/contract';
import type { Clock } from './clock.ts';
import { timeAgainstLimit } from './duration.ts';

type Limits = Pick<
  Settings['culler'],
  'cull_users' | 'cull_admin_users' | 'cull_guests' | 'user_timeout' | 'timeout' | 'max_age'
>;

/**
 * Whether a user is deleted, by the rules of jupyterhub-idle-culler: nobody with a server that is active or still stopping; then idle, then
 * too old. Unlike there, cull_admin_users holds for max_age too (docs/design/decisions/0002-culler-max-age.md).
 */
export function decideUser(user: UserEntry, limits: Limits, clock: Clock): Decision {
  const base = { kind: 'user' as const, user: user.name, server: '', explain: [] };
  const keep = (why: string, seconds = -1): Decision => ({ ...base, cull: false, why, seconds });
  const timeout = limits.user_timeout === 0 ? limits.timeout : limits.user_timeout;
  const isGuest = user.guest && limits.cull_guests;
  if (!limits.cull_users && !isGuest) return keep('users are not deleted (cull_users)');
  if (user.admin && !limits.cull_admin_users) return keep('administrators are not deleted (cull_admin_users)');
  if (user.activeServers > 0) return keep('has a server');
  const age = user.created === 0n ? undefined : clock.since(user.created);
  const idle = user.lastActivity === 0n ? age : clock.since(user.lastActivity);
  if (idle === undefined) return keep('neither when they came nor their last activity is known');
  if (idle >= timeout) return { ...base, cull: true, why: `idle for ${timeAgainstLimit(idle, timeout)}`, seconds: 0 };
  if (limits.max_age > 0 && age !== undefined && age >= limits.max_age)
    return { ...base, cull: true, why: `known for ${timeAgainstLimit(age, limits.max_age)}`, seconds: 0 };
  return keep(`idle for ${timeAgainstLimit(idle, timeout)}`, Math.ceil(timeout - idle));
}
