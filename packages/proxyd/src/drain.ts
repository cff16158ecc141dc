import type { Connections } from './connections.ts';
import type { Counters } from './destination.ts';

/** How long a stop waits for requests; systemd's own limit comes after it. */
export const longestStopMs = 10_000;

const checkMs = 25;
/** How long those that never said anything may still do so. */
const silentMs = 500;

/** Somebody waits for this process to end. Resolves when only websockets are left, or after `deadlineMs`. */
export async function requestsEnded(connections: Connections, counters: Counters, deadlineMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearInterval(checks);
      clearTimeout(silence);
      clearTimeout(deadline);
      resolve();
    };
    const check = () => {
      connections.closeIdle();
      if (connections.size <= counters.websockets) finish();
    };
    const checks = setInterval(check, checkMs);
    // What these may have sent before the listener closed has arrived by then.
    const silence = setTimeout(() => connections.closeSilent(), Math.min(silentMs, deadlineMs));
    const deadline = setTimeout(finish, deadlineMs);
    check();
  });
}

/**
 * Nobody waits. Resolves when no connection is left, after `deadlineMs`, or when told to hurry. Those that idle have one more
 * request, whose answer is their last: to close them could cross with what their client is just sending.
 */
export async function allEnded(connections: Connections, deadlineMs: number, hurry?: AbortSignal): Promise<void> {
  if (connections.size === 0 || hurry?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(deadline);
      hurry?.removeEventListener('abort', finish);
      connections.onEmpty = undefined;
      resolve();
    };
    const deadline = setTimeout(finish, deadlineMs);
    hurry?.addEventListener('abort', finish);
    connections.onEmpty = finish;
  });
}
