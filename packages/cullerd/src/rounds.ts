export interface RoundsParts {
  readonly tick: () => Promise<void>;
  readonly secondsBetween: () => number;
}

export interface Rounds {
  /** Begins the time until the next round anew, with what the settings say now. */
  reschedule(): void;
  /** Has the next round within so many seconds. */
  hurry(seconds: number): void;
  stop(): Promise<void>;
}

/** Seconds after a round during which something happened that it may have missed. */
const hurriedPause = 2;

/** One round now, then one after another with the time between them; never two at once. */
export function startRounds({ tick, secondsBetween }: RoundsParts): Rounds {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  let due = Infinity;
  let isHurried = false;

  const waitFor = (seconds: number) => {
    clearTimeout(timer);
    due = performance.now() + seconds * 1000;
    if (!isStopped) timer = setTimeout(go, seconds * 1000);
  };
  const wait = () => waitFor(secondsBetween());
  const go = () => {
    isHurried = false;
    running = tick().finally(() => {
      running = undefined;
      if (isHurried) waitFor(Math.min(secondsBetween(), hurriedPause));
      else wait();
    });
  };
  go();

  return {
    reschedule() {
      if (running === undefined) wait();
    },
    hurry(seconds) {
      if (running !== undefined) isHurried = true;
      else if (performance.now() + seconds * 1000 < due) waitFor(seconds);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
