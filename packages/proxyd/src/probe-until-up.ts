import { lstatSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { probe, type ProbeAnswer } from './probe.ts';
import type { Upstream } from './upstream.ts';

/** Between two looks: well below what a person notices, and no longer for those who wait longest. A look at a socket that is not there costs microseconds. */
const lookMs = 20;
/** For the last try, so that it tells what is wrong and not that there was no time. */
const leastTryMs = 100;

/** Asks a starting server for a path until it answers anything below 500, or `timeoutMs` are over; tells the last answer. Never throws. */
export async function probeUntilUp(upstream: Upstream, path: string, timeoutMs: number): Promise<ProbeAnswer> {
  const end = performance.now() + timeoutMs;
  const left = (): number => end - performance.now();
  for (;;) {
    while (!isThere(upstream) && left() > 0) await pause(lookMs);
    const { isFinal, ...answer } = await probe(upstream, path, Math.max(left(), leastTryMs));
    const isUp = answer.status > 0 && answer.status < 500;
    if (isUp || isFinal || left() <= lookMs) return answer;
    await pause(lookMs);
  }
}

// Not following links: the folder is in memory, but where its owner points to may be a file system that hangs.
function isThere({ target }: Upstream): boolean {
  if (target.kind === 'tcp') return true;
  try {
    return lstatSync(target.path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
