import { TshubError } from '@tshub/contract';
import { handOver } from './hand-over.ts';
import type { Log } from './log.ts';
import type { Notifier } from './notify.ts';

/** What a daemon is given to live with. */
export interface Life {
  readonly log: Log;
  /** Aborted as soon as the daemon is to stop. */
  readonly signal: AbortSignal;
  /** Aborted when it is told to stop a second time: it shall not take its time any more. */
  readonly hurry: AbortSignal;
  /** Runs at the stop, the last registered first; `label` names it when it fails or takes too long. */
  onStop(step: () => unknown, label: string): void;
  /** Runs at `systemctl reload`; throws to refuse, and the daemon goes on with what it had. */
  onReload(step: () => unknown): void;
  /** Says READY=1 now; otherwise it is said when `start` is done. */
  ready(status?: string): void;
  /** Within a stop: the unit ends, and may be started again, while this process goes on for at most `lastsMs`. False when that cannot be. */
  handOver(lastsMs: number): Promise<boolean>;
  /** The line that `systemctl status` shows. */
  status(text: string): void;
  /** Ends the daemon in good order; the exit code is 0 unless said. */
  stop(code?: number): void;
  /** Ends the daemon in good order, after a failure it cannot go on with: exit code 1. */
  fail(error: unknown): void;
}

/** Where signals come from: `process`, or an emitter in tests. */
export interface SignalSource {
  on(name: string, listener: () => void): unknown;
  off(name: string, listener: () => void): unknown;
}

export interface LiveOptions {
  readonly name: string;
  readonly start: (life: Life) => Promise<void>;
  readonly log: Log;
  readonly notifier: Notifier;
  readonly signals: SignalSource;
  /** Milliseconds that each stop step may take. */
  readonly stopDeadlineMs: number;
  /** Prints a settings problem for the person who started the daemon by hand. */
  readonly printProblem: (text: string) => void;
}

export const exitCodes = { ok: 0, failed: 1, config: 78 } as const;

/** A daemon's whole life, from start to exit code. */
export async function live(options: LiveOptions): Promise<number> {
  const { name, start, log, notifier, signals, stopDeadlineMs } = options;
  const stopping = new AbortController();
  const hurrying = new AbortController();
  const stopSteps: Array<{ step: () => unknown; label: string }> = [];
  const reloadSteps: Array<() => unknown> = [];
  let exitCode: number = exitCodes.ok;
  let isReady = false;
  let reloads = Promise.resolve();

  const stop = (code?: number) => {
    if (!stopping.signal.aborted && code !== undefined) exitCode = code;
    stopping.abort();
  };
  const told = () => (stopping.signal.aborted ? hurrying.abort() : stop());
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const fail = (error: unknown) => {
    if (stopping.signal.aborted) return;
    exitCode = explainFailure(options, error, isReady);
    stop();
  };
  const ready = (status?: string) => {
    if (isReady) return;
    isReady = true;
    notifier.ready(status);
    log.debug(`${name} is ready`);
  };
  const reloadAfter = async (earlier: Promise<void>) => {
    await earlier;
    notifier.reloading();
    await reloadAll(reloadSteps, log);
    notifier.ready();
  };
  const reload = () => {
    if (!isReady || stopping.signal.aborted) return;
    reloads = reloadAfter(reloads);
  };

  const handlers = [
    ['SIGTERM', () => told()],
    ['SIGINT', () => told()],
    ['SIGHUP', reload],
  ] as const;
  for (const [signal, handler] of handlers) signals.on(signal, handler);
  const endWatch = notifier.watch();
  const life: Life = {
    log,
    signal: stopping.signal,
    hurry: hurrying.signal,
    handOver: (lastsMs) => handOver(notifier, lastsMs),
    onStop: (step, label) => void stopSteps.push({ step, label }),
    onReload: (step) => void reloadSteps.push(step),
    ready,
    status: notifier.status,
    stop,
    fail,
  };

  // A start that does not notice `signal` is left behind: its stop steps run, and the process ends.
  const starting = async () => {
    try {
      await start(life);
      if (!stopping.signal.aborted) ready();
    } catch (error) {
      fail(error);
    }
  };
  await Promise.race([starting(), stopped]);
  await stopped;

  notifier.stopping();
  for (const { step, label } of stopSteps.toReversed()) await stopOne(step, label, stopDeadlineMs, log);
  endWatch();
  for (const [signal, handler] of handlers) signals.off(signal, handler);
  return exitCode;
}

// One sentence wherever it is read; a stack only for what is a bug of ours. Gives the exit code.
function explainFailure({ name, log, notifier, printProblem }: LiveOptions, error: unknown, wasReady: boolean): number {
  const sentence = error instanceof Error ? error.message : String(error);
  notifier.status(sentence);
  if (error instanceof TshubError && error.code === 'config_invalid') {
    printProblem(sentence);
    return exitCodes.config;
  }
  log.fatal({ error }, wasReady ? `${name} cannot go on: ${sentence}` : `${name} cannot start: ${sentence}`);
  return exitCodes.failed;
}

async function reloadAll(steps: ReadonlyArray<() => unknown>, log: Log): Promise<void> {
  try {
    for (const step of steps) await step();
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    log.warn({ event: 'config-kept', error }, `cannot reload, going on with the old settings: ${sentence}`);
  }
}

async function stopOne(step: () => unknown, label: string, deadlineMs: number, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), deadlineMs);
  });
  try {
    const outcome = await Promise.race([(async () => step())(), tooLate]);
    if (outcome === 'late') log.warn(`${label}: did not stop within ${deadlineMs / 1000} s, going on without waiting`);
  } catch (error) {
    log.warn({ error }, `${label}: could not stop in good order, going on`);
  } finally {
    clearTimeout(timer);
  }
}
