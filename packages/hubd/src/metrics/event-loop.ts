import { performance } from 'node:perf_hooks';
import type { Histogram } from './registry.ts';

const intervalMs = 50;

/** Measures how late timers are. Begins when metrics are asked for the first time: a hub that nobody watches does not wake up for it. */
export function readEventLoop(histogram: Histogram): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      if (timer !== undefined) return;
      let before = performance.now();
      timer = setInterval(() => {
        const now = performance.now();
        histogram.observe((now - before) / 1000);
        before = now;
      }, intervalMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
