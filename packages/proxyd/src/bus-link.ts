import type { Bus, Implementation } from '@tshub/bus';
import { proxy1 } from '@tshub/contract';
import type { Log } from '@tshub/daemon';

const firstPauseMs = 500;
const longestPauseMs = 30_000;

export interface BusLinkParts {
  readonly connect: () => Promise<Bus>;
  readonly implementation: Implementation<typeof proxy1>;
  /** The uid of an account that the contract names. */
  readonly accountUid: (account: string) => Promise<number>;
  /** Called with each connection that is up; what it gives is called when that one is gone. */
  readonly onLinked?: (bus: Bus) => () => void;
  readonly log: Log;
  /** Ends the link. */
  readonly signal: AbortSignal;
}

/**
 * Keeps the proxy on the bus for as long as it lives. Unlike the other daemons it does not end when the bus is lost: open
 * websockets would end with it. Resolves when the link is up for the first time, or has ended.
 */
export function keepOnBus(parts: BusLinkParts): Promise<void> {
  return new Promise((resolve) => {
    void linkForever(parts, resolve).then(resolve);
  });
}

async function linkForever(parts: BusLinkParts, onLinked: () => void): Promise<void> {
  const { log, signal } = parts;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    try {
      const bus = await linkOnce(parts);
      pauseMs = firstPauseMs;
      onLinked();
      const unlink = parts.onLinked?.(bus);
      const reason = await Promise.race([bus.lost, aborted(signal)]);
      unlink?.();
      if (reason === null) return await bus.close();
      log.warn({ error: reason }, 'the message bus is lost; serving on, and trying to reach it again');
    } catch (error) {
      log.warn({ error }, `the message bus cannot be used; serving on, and trying again in ${pauseMs / 1000} s`);
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

async function linkOnce({ connect, implementation, accountUid, log }: BusLinkParts): Promise<Bus> {
  const bus = await connect();
  try {
    bus.serve(proxy1, implementation, {
      accountUid,
      onRefused: ({ uid, member }) =>
        log.warn({ uid, member }, `uid ${uid} asked for ${member}, which is the hub's alone`),
      onBug: (error, id) => log.error({ event: 'request-failed', id, error }, `a call over the bus failed (id ${id})`),
    });
    await bus.own(proxy1.busName);
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([new Promise((resolve) => (timer = setTimeout(resolve, ms))), aborted(signal)]);
  clearTimeout(timer);
}
