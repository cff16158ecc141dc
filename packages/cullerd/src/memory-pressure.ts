import { readFile } from 'node:fs/promises';
import { userCgroup } from '@tshub/contract';
import type { Verdict } from './decide.ts';

/** How much servers wait for memory: percent of the last ten seconds, as the kernel counts it for their slice; null where it does not. */
export async function memoryPressure(root: string, slice: string): Promise<number | null> {
  // The slice itself is one step above that of any user.
  const group = userCgroup('x', slice).split('/').slice(0, -1).join('/');
  const text = await readFile(`${root}${group}/memory.pressure`, 'utf8').catch(() => '');
  const found = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** The one that is missed least: idle for longest, and for long enough, and not one that is never stopped. */
export function idlest(verdicts: readonly Verdict[], leastIdle: number): Verdict | undefined {
  return verdicts
    .filter(({ end, cull, idle }) => end !== null && !cull && idle >= leastIdle)
    .toSorted((a, b) => b.idle - a.idle)[0];
}
