import { TshubError } from '@tshub/contract';

/** Tokens that one uid may have at once: one a second for as long as they are good. Root may have as many as it likes. */
export const mostTokensOfUid = 600;

/** Counts the tokens that were issued over the bus; throws too_many_requests for a uid that has too many. */
export function makeTokenLimit(clock: { now(): number }, lifeMs: number): (uid: number) => void {
  const issued = new Map<number, number[]>();
  return (uid) => {
    if (uid === 0) return;
    const since = clock.now() - lifeMs;
    for (const [other, times] of issued) if ((times.at(-1) ?? 0) <= since) issued.delete(other);
    const times = (issued.get(uid) ?? []).filter((time) => time > since);
    if (times.length >= mostTokensOfUid)
      throw new TshubError('too_many_requests', {
        problem: `uid ${uid} has ${mostTokensOfUid} tokens that are good for some minutes; use one of them again`,
      });
    issued.set(uid, [...times, clock.now()]);
  };
}
