/** A clock that goes only when it is told to, in milliseconds since 1970. */
export interface TestClock {
  now(): number;
  advance(ms: number): void;
}

export function makeClock(start = Date.UTC(2026, 7, 20, 12)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
