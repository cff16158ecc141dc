export interface RoundsParts {
  readonly tick: () => Promise<void>;
  readonly secondsBetween: () => number;
}

export interface Rounds {
  /** Begins the time until the next round anew, with what the settings say now. */
  reschedule(): void;
  stop(): Promise<void>;
}

/** One round now, then one after another with the time between them; never two at once. */
export function startRounds({ tick, secondsBetween }: RoundsParts): Rounds {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  const wait = () => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(go, secondsBetween() * 1000);
  };
  const go = () => {
    running = tick().finally(() => {
      running = undefined;
      wait();
    });
  };
  go();

  return {
    reschedule() {
      if (running === undefined) wait();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
