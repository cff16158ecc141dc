import type { Settings } from '@tshub/config';
import { type Policy, type Verdict, warnTime } from './decide.ts';

/** Seconds between two rounds at least, unless the administrator wants them more often. */
const leastPause = 15;

/** Half the timeout, at most ten minutes, unless the administrator says otherwise; never less than a second. */
export function secondsBetweenRounds({
  cull_every,
  timeout,
}: Pick<Settings['culler'], 'cull_every' | 'timeout'>): number {
  return Math.max(1, cull_every > 0 ? cull_every : Math.min(timeout / 2, 600));
}

/** After a round that failed, the next one is soon: a hub that was being restarted is there again in a moment. */
export function secondsToNextRound(culler: Settings['culler'], hasFailed: boolean, due = Infinity): number {
  const seconds = secondsBetweenRounds(culler);
  // Many servers may end one shortly after the other: they are looked at together.
  return hasFailed ? Math.min(seconds, 10) : Math.min(seconds, Math.max(due, Math.min(seconds, leastPause)));
}

/** Seconds until the first server ends or is to be warned of; Infinity for none. */
export function secondsUntilDue(verdicts: readonly Verdict[], policy: Policy): number {
  const times = verdicts.flatMap(({ cull, end, seconds }) => {
    if (cull || end === null) return [];
    const warning = warnTime(policy, { limit: end.rule === 'idle' ? policy.timeout : policy.max_age });
    return end.warned ? [seconds] : [seconds - warning];
  });
  return Math.min(Infinity, ...times);
}
