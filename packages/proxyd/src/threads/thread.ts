import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { FromThread, ToThread } from './messages.ts';

/** A further thread, as the first one sees it. */
export interface Thread {
  tell(message: ToThread): void;
  onMessage(hear: (message: FromThread) => void): void;
  /** It has ended by itself, which it never should. */
  onFailure(hear: (error: Error) => void): void;
  /** Part of the time since the last call in which it was busy: 0 to 1. */
  busy(): number;
  end(): void;
}

/** Starts a thread that runs `program`. */
export function startThread(program: URL, options: WorkerOptions = {}): Thread {
  const worker = new Worker(program, options);
  let isEnding = false;
  let hear: (error: Error) => void = () => undefined;
  worker.on('error', (error: Error) => hear(error));
  worker.on('exit', () => {
    if (!isEnding) hear(new Error('a thread has ended by itself'));
  });
  return {
    tell: (message) => worker.postMessage(message),
    onMessage: (hearMessage) => void worker.on('message', hearMessage),
    onFailure: (hearFailure) => void (hear = hearFailure),
    busy: busyOf(worker.performance.eventLoopUtilization.bind(worker.performance)),
    end() {
      isEnding = true;
      void worker.terminate();
    },
  };
}

type Measure = (now: EventLoopUtilization, before?: EventLoopUtilization) => EventLoopUtilization;

/** What busy() is made of. */
export function busyOf(measure: typeof performance.eventLoopUtilization): () => number {
  let before = measure();
  return () => {
    const now = measure();
    const { utilization } = (measure as Measure)(now, before);
    before = now;
    return utilization;
  };
}

/** busy() of the thread that calls it. */
export function busyHere(): () => number {
  return busyOf(performance.eventLoopUtilization.bind(performance));
}
