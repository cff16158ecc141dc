import type { ServerEndEntry, ServerEntry } from '@tshub/contract';
import type { Verdict } from './decide.ts';

/** Milliseconds by which two times may differ and be the same: one was counted in the hub, the other here. */
const tolerance = 2000;

/** What the hub must be told, so that people see ends as they are: only what it does not show already. */
export function announcements(
  entries: readonly ServerEntry[],
  verdicts: readonly Verdict[],
  now: number,
): ServerEndEntry[] {
  return verdicts.flatMap((verdict, i) => {
    const entry = entries[i];
    const { user, server, end, seconds } = verdict;
    if (entry === undefined) return [];
    if (end === null) return entry.endsAt === undefined ? [] : [noEnd(user, server)];
    const isShown =
      isNear(entry.endsAt, now + Math.max(seconds, 0) * 1000) &&
      isNear(entry.endsLatest, Number(end.latest)) &&
      entry.endsWhy === end.why &&
      entry.endsRule === end.rule &&
      entry.warned === end.warned;
    return isShown ? [] : [end];
  });
}

export function noEnd(user: string, server: string): ServerEndEntry {
  return { user, server, at: 0n, rule: 'idle', why: '', latest: 0n, activity: 0n, warned: false };
}

function isNear(shown: bigint | undefined, wanted: number): boolean {
  return shown !== undefined && Math.abs(Number(shown) - wanted) <= tolerance;
}
