import { notify as send, notifyBarrier } from '@tshub/native';

/** What a daemon tells the service manager (sd_notify(3)). Without one listening, everything here does nothing. */
export interface Notifier {
  ready(status?: string): void;
  status(text: string): void;
  reloading(): void;
  stopping(): void;
  /** Makes another process of this unit the one that it watches; it hears nothing of this one from then on. False: it did not take it. */
  handOver(pid: number): Promise<boolean>;
  /** Starts the keep-alive messages, when the unit wants them; returns what ends them. */
  watch(): () => void;
}

interface Parts {
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  /** Sends one message; injected by tests. */
  readonly send?: (socketPath: string, state: string) => boolean;
  /** Waits until what was sent is dealt with; injected by tests. */
  readonly barrier?: (socketPath: string) => Promise<boolean>;
  /** CLOCK_MONOTONIC in nanoseconds. */
  readonly monotonic?: () => bigint;
}

/** Reads NOTIFY_SOCKET and WATCHDOG_* and takes them out of `env`: child processes must not answer for this one. */
export function makeNotifier(parts: Parts): Notifier {
  const { env, pid, send: sendState = send, barrier = notifyBarrier, monotonic = process.hrtime.bigint } = parts;
  let socket = env['NOTIFY_SOCKET'];
  const watchdogMs = watchdogPeriod(env, pid);
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];

  const tell = (...lines: string[]) => {
    if (socket) sendState(socket, lines.join('\n'));
  };
  return {
    ready: (status) => tell('READY=1', ...(status === undefined ? [] : [statusLine(status)])),
    status: (text) => tell(statusLine(text)),
    reloading: () => tell('RELOADING=1', `MONOTONIC_USEC=${monotonic() / 1000n}`),
    stopping: () => tell('STOPPING=1'),
    async handOver(next) {
      const path = socket;
      if (!path || !sendState(path, `MAINPID=${next}`)) return false;
      socket = undefined;
      return barrier(path);
    },
    watch() {
      if (watchdogMs === undefined) return () => {};
      tell('WATCHDOG=1');
      const timer = setInterval(() => tell('WATCHDOG=1'), watchdogMs / 2);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

// A line feed in a status would start another assignment.
function statusLine(text: string): string {
  return `STATUS=${text.replaceAll('\n', ' ')}`;
}

// Milliseconds, or undefined when the unit has no watchdog or means another process.
function watchdogPeriod(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC: usec, WATCHDOG_PID: meant } = env;
  if (!usec || !/^[1-9]\d*$/.test(usec) || (meant && meant !== String(pid))) return undefined;
  return Number(usec) / 1000;
}
