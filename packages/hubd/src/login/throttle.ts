import { networkOf } from '@tshub/daemon';

export interface ThrottleLimits {
  /** Failures of one address or one name that are free. */
  readonly free: number;
  /** Seconds; the wait doubles from one second up to this. */
  readonly longest: number;
  /** Seconds after which failures are forgotten. */
  readonly window: number;
}

export interface ThrottleTicket {
  failed(now: number): void;
  succeeded(now: number): void;
  /** Neither: the check itself could not be made. */
  dropped(): void;
}

export type ThrottleAnswer = { readonly waitSeconds: number } | { readonly ticket: ThrottleTicket };

export interface Throttle {
  /** Whether a login may be checked now. Times are milliseconds. */
  begin(address: string, user: string, now: number): ThrottleAnswer;
}

interface Count {
  failures: number;
  /** Checks of this name under way; counted like failures, or many at once would all pass before the first has failed. */
  underWay: number;
  last: number;
}

/** Addresses and names remembered at most; the one that failed longest ago is forgotten first. */
const capacity = 10_000;

/**
 * Slows guessing down: by address, and by name. Waiting attempts are not checked and not counted.
 * A name's wait does not hold for an address from which its user came in before: strangers who guess cannot lock somebody out.
 */
export function makeThrottle(limits: () => ThrottleLimits): Throttle {
  const byAddress = new Map<string, Count>();
  const byName = new Map<string, Count>();
  const known = new Map<string, number>();

  return {
    begin(rawAddress, user, now) {
      const { free, longest, window } = limits();
      const address = networkOf(rawAddress);
      const name = user.toLowerCase();
      const pair = `${address} ${name}`;
      const nameKey = known.has(pair) ? pair : name;
      const wait = Math.max(
        waitOf(current(byAddress, address, now, window), 0, free, longest, now),
        waitOf(current(byName, nameKey, now, window), 1, free, longest, now),
      );
      if (wait > 0) return { waitSeconds: Math.ceil(wait / 1000) };
      const counted = touch(byName, nameKey, now);
      counted.underWay += 1;
      let open = true;
      const close = (): boolean => {
        if (!open) return false;
        open = false;
        counted.underWay -= 1;
        return true;
      };
      return {
        ticket: {
          failed(at) {
            if (!close()) return;
            for (const count of [touch(byAddress, address, at), touch(byName, nameKey, at)]) {
              count.failures += 1;
              count.last = at;
            }
          },
          succeeded(at) {
            if (!close()) return;
            byName.delete(nameKey);
            remember(known, pair, at);
          },
          dropped: () => void close(),
        },
      };
    },
  };
}

/** Milliseconds still to wait. */
function waitOf(count: Count | undefined, weight: 0 | 1, free: number, longest: number, now: number): number {
  if (count === undefined) return 0;
  const tries = count.failures + weight * count.underWay;
  if (tries < free) return 0;
  // The free tries, or the one try that a wait has earned, are under way: come back when they have ended.
  if (count.failures < free || weight * count.underWay > 0) return 1000;
  const delay = Math.min(2 ** Math.min(count.failures - free, 30), longest) * 1000;
  return Math.max(0, count.last + delay - now);
}

function current(counts: Map<string, Count>, key: string, now: number, window: number): Count | undefined {
  const count = counts.get(key);
  if (count === undefined) return undefined;
  if (count.failures > 0 && now - count.last > window * 1000) count.failures = 0;
  if (count.failures === 0 && count.underWay === 0) counts.delete(key);
  return count;
}

/** The count of a key, now the youngest in its map. */
function touch(counts: Map<string, Count>, key: string, now: number): Count {
  const count = counts.get(key) ?? { failures: 0, underWay: 0, last: now };
  remember(counts, key, count);
  return count;
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= capacity) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
