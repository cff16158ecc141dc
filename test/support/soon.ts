import { expect } from 'vitest';

/** Expects something to become true; waits long enough for a busy machine. */
export function soon<T>(look: () => T) {
  return expect.poll(look, { timeout: 10_000 });
}
