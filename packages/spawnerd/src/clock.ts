/** Time as the rules see it; tests bring their own. Milliseconds. */
export interface Clock {
  readonly now: () => number;
  /** Calls back once after `ms` unless cancelled by the function returned. */
  readonly after: (ms: number, call: () => void) => () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
