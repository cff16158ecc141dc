import type { Clock } from './clock.ts';

/** Knows whether requests are under way, and when there have been none for a while. */
export interface Activity {
  /** Runs one request; idleness counts from the end of the last one. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  /** Settles when no request is under way. */
  readonly drained: () => Promise<void>;
  /** No more calls of onIdle. */
  readonly stop: () => void;
}

/** Calls `onIdle` once, when no request has been under way for `idleMs`. */
export function watchActivity(clock: Clock, idleMs: number, onIdle: () => void): Activity {
  let running = 0;
  let cancel = clock.after(idleMs, onIdle);
  let stopped = false;
  const waiting: Array<() => void> = [];
  return {
    during: async (work) => {
      running++;
      cancel();
      try {
        return await work();
      } finally {
        running--;
        if (running === 0) {
          for (const settle of waiting.splice(0)) settle();
          if (!stopped) cancel = clock.after(idleMs, onIdle);
        }
      }
    },
    drained: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
