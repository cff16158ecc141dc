import type { ServerEntry } from '@tshub/contract';
import type { Clock } from './clock.ts';
import { sayLimit } from './duration.ts';
import type { Policy } from './policy.ts';

export type SignFacts = Pick<ServerEntry, 'started' | 'lastActivity' | 'lastRequest' | 'lastReport'> & {
  /** When its programs last used the CPU; `new` when this is the first look at them; left out when nobody looks. */
  readonly lastBusy?: bigint | 'new';
};

/** Something that shows that a server is of use to somebody: for how many seconds more it keeps the server. */
interface Sign {
  readonly left: number;
  readonly says: string;
}

/** Seconds for which a server is not judged whose CPU has been looked at only once. */
const grace = 60;

/** Whether all activity counts in full: then it is the hub's last activity, as with jupyterhub-idle-culler. */
export function isPlain({ weight_requests, weight_kernels }: Policy): boolean {
  return weight_requests === 1 && weight_kernels === 1;
}

/** The signs of life that this policy counts, the strongest first; none when nothing is known of the server. */
export function signsOf(facts: SignFacts, policy: Policy, clock: Clock): Sign[] {
  const signs: Sign[] = [];
  const add = (what: string, at: bigint | undefined, weight: number): void => {
    if (at === undefined || at === 0n || weight === 0) return;
    const seconds = clock.since(at);
    const counts = weight === 1 ? '' : `, which counts for ${sayLimit(policy.timeout * weight)}`;
    signs.push({ left: policy.timeout * weight - seconds, says: `${what} ${sayLimit(seconds)} ago${counts}` });
  };
  const { started, lastActivity, lastRequest, lastReport, lastBusy } = facts;
  if (isPlain(policy)) add('used', lastActivity, 1);
  else if (lastRequest === undefined && lastReport === undefined)
    // After a restart of the hub it is not known which of them the last activity was.
    add('used', lastActivity, Math.max(policy.weight_requests, policy.weight_kernels));
  else {
    add('asked for something', lastRequest, policy.weight_requests);
    add('at work by its own report', lastReport, policy.weight_kernels);
  }
  // A server that nobody ever used is idle since it started.
  if (signs.length === 0 || !isPlain(policy)) add('started', started, 1);
  if (policy.weight_cpu > 0 && lastBusy === 'new')
    signs.push({ left: grace, says: 'its use of the CPU is not known yet' });
  else if (lastBusy !== 'new') add('used the CPU', lastBusy, policy.weight_cpu);
  return signs.toSorted((a, b) => b.left - a.left);
}
