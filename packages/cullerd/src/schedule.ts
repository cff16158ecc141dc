import type { Settings } from '@tshub/config';
import type { Verdict } from './decide.ts';

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
export function secondsToNextRound(
  culler: Pick<Settings['culler'], 'cull_every' | 'timeout'>,
  hasFailed: boolean,
  due = Infinity,
): number {
  const seconds = secondsBetweenRounds(culler);
  // Many servers may end one shortly after the other: they are looked at together.
  return hasFailed ? Math.min(seconds, 10) : Math.min(seconds, Math.max(due, Math.min(seconds, leastPause)));
}

/** Seconds until the first server ends or is to be warned of; Infinity for none. */
export function secondsUntilDue(verdicts: readonly Verdict[]): number {
  return Math.min(
    Infinity,
    ...verdicts.flatMap(({ cull, end, seconds, warnIn }) => (cull || end === null ? [] : [Math.min(seconds, warnIn)])),
  );
}

/** Whether anything is looked at: by the general switch, or one for some servers. */
export function isOn({ enabled, profiles, groups, users, servers }: Settings['culler']): boolean {
  const layers = [profiles, groups, users, servers].flatMap((kind) => Object.values(kind));
  return enabled || layers.some((layer) => layer.enabled === true);
}
