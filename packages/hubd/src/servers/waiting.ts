/** The longest that each step of a start or a stop may take, and the pauses between tries; milliseconds. */
export interface Timing {
  /** Between two questions to the proxy, each of which it takes its time to answer. */
  readonly probeAgain: number;
  /** How long the proxy waits for a server with one question. */
  readonly probeTry: number;
  /** How long the proxy may be away while a server starts. */
  readonly proxyAway: number;
  /** Between two looks at the unit of a starting server, should a signal have been lost. */
  readonly look: number;
  /** Between two readings of the journal of a starting server that somebody watches. */
  readonly log: number;
  /** For short questions to another daemon. */
  readonly ask: number;
  /** Added to what the settings allow for the start or stop of a unit. */
  readonly margin: number;
  readonly adoptFirst: number;
  readonly adoptLongest: number;
  /** How long the start of the hub waits for running servers to be looked at. */
  readonly adoptWait: number;
  /** Between noting activity and writing it down. */
  readonly flush: number;
  /** How long the stop of the hub waits for what is pending. */
  readonly stopWait: number;
}

export const defaultTiming: Timing = {
  probeAgain: 40,
  probeTry: 5000,
  proxyAway: 10_000,
  look: 5000,
  log: 2000,
  ask: 10_000,
  margin: 15_000,
  adoptFirst: 500,
  adoptLongest: 10_000,
  adoptWait: 5000,
  flush: 1000,
  stopWait: 5000,
};

/** Waits, or less if the signal is aborted first; never throws. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** What `work` gives, unless it takes longer; then `late()` is thrown and the work is left to itself. */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** What `work` gives, or whatever the signal was aborted with, whichever comes first. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw signal.reason;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
