import type { Log } from '@tshub/daemon';

const hourMs = 60 * 60 * 1000;

/** Takes away, every hour, what can no longer be used. */
export function keepPurged({
  stores,
  log,
}: {
  stores: ReadonlyArray<{ purgeExpired(): Promise<unknown> }>;
  log: Log;
}): {
  start(): void;
  stop(): void;
} {
  let timer: NodeJS.Timeout | undefined;
  const purge = async (): Promise<void> => {
    try {
      for (const store of stores) await store.purgeExpired();
    } catch (error) {
      log.warn(
        { error },
        'Expired tokens could not be removed; they are refused all the same, and it is tried again in an hour',
      );
    }
  };
  return {
    start() {
      void purge();
      timer = setInterval(() => void purge(), hourMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
