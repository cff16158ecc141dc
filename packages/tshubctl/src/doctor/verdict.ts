import type { HostFacts } from './facts.ts';

/** What a check found: `fail` keeps tshub from working or a promise from holding, `warn` may be meant so. */
export interface Verdict {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** What to do; absent when all is well. */
  readonly advice?: string;
}

export interface Check {
  readonly name: string;
  readonly judge: (facts: HostFacts) => Verdict;
}

export function ok(says: string): Verdict {
  return { level: 'ok', says };
}
