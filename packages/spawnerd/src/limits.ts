import { TshubError } from '@tshub/contract';
import type { Clock } from './clock.ts';
import type { ServerName } from './request.ts';

/** Largest things that a request may carry; the hub has no use for more. */
export const sizes = {
  options: 32,
  variables: 32,
  valueBytes: 4096,
  environmentBytes: 32768,
  logLines: 200,
  logLineBytes: 4096,
  logBytes: 131072,
} as const;

/** Starts that one user gets within a minute; a spawner that restarts in a loop must not keep PID 1 busy. */
export const startsPerMinute = 10;

/** Keeps count of starts: how often each user has asked, and what is under way. */
export interface StartLimits {
  /** Counts one start of the user; throws too_many_requests when there were too many in the last minute. */
  readonly countStart: (user: string) => void;
  /** Runs `work` as the only start of its server; throws pending when one is under way. */
  readonly alone: <T>(name: ServerName, unit: string, work: () => Promise<T>) => Promise<T>;
  /** Units whose start is under way, whether PID 1 lists them yet or not. */
  readonly underWay: () => ReadonlySet<string>;
}

export function makeStartLimits(clock: Pick<Clock, 'now'>): StartLimits {
  const recent = new Map<string, number[]>();
  const underWay = new Set<string>();
  return {
    countStart: (user) => {
      const minuteAgo = clock.now() - 60_000;
      for (const [name, times] of recent) if ((times.at(-1) ?? 0) <= minuteAgo) recent.delete(name);
      const times = (recent.get(user) ?? []).filter((time) => time > minuteAgo);
      if (times.length >= startsPerMinute) {
        throw new TshubError('too_many_requests', {
          problem: `${user} has started servers ${startsPerMinute} times within a minute; wait a little`,
        });
      }
      recent.set(user, [...times, clock.now()]);
    },
    alone: async ({ user, server }, unit, work) => {
      if (underWay.has(unit))
        throw new TshubError('pending', { server: describeServer({ user, server }), pending: 'spawn' });
      underWay.add(unit);
      try {
        return await work();
      } finally {
        underWay.delete(unit);
      }
    },
    underWay: () => underWay,
  };
}

/** `ada's server`, `ada's server lab`: how sentences name a server. */
export function describeServer({ user, server }: ServerName): string {
  return server === '' ? `${user}'s server` : `${user}'s server ${server}`;
}

/** Runs `work` unless too many are running already. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `most` at once; throws too_many_requests for one more. */
export function makeGate(most: number, what: string): Gate {
  let running = 0;
  return async (work) => {
    if (running >= most) throw new TshubError('too_many_requests', { problem: `more than ${most} ${what} at once` });
    running++;
    try {
      return await work();
    } finally {
      running--;
    }
  };
}

/** Runs what it is given one after the other. */
export function makeQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
