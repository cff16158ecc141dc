import { serverPrefix, TshubError, type UnitStatus } from '@tshub/contract';
import type { Room } from './room.ts';
import { isAlive } from './spawner-link.ts';
import { pause, unlessAborted } from './waiting.ts';

/** How the start hears that the unit's state changed. */
export interface Wakening {
  needsLook(): boolean;
  looked(): void;
  onWake(wake: () => void): void;
}

/** The path that a probe asks: the server's own version, open to everyone in every singleuser (peer's contract 6.2). */
export function probePath(user: string, server: string): string {
  return `${serverPrefix(user, server)}api`;
}

/**
 * Returns when the server answers anything below 500. Throws spawn_failed when its unit ended or http_timeout is over,
 * daemon_away when the proxy is away for longer than a restart takes, and the signal's reason.
 */
export async function waitUntilUp(
  room: Room,
  started: UnitStatus,
  signal: AbortSignal,
  wakening: Wakening,
): Promise<void> {
  const { timing } = room;
  const seconds = room.settings().spawner.http_timeout;
  const end = performance.now() + seconds * 1000;
  const path = probePath(started.user, started.server);
  let problem = 'no answer';
  let looked = performance.now();
  let awaySince = Number.POSITIVE_INFINITY;
  while (performance.now() < end) {
    const woken = new Promise<null>((resolve) => wakening.onWake(() => resolve(null)));
    const time = Math.max(1, Math.min(timing.probeTry, Math.ceil(end - performance.now())));
    try {
      const ask = () => unlessAborted(room.proxy.probe(started.target, started.uid, path, time), signal);
      // The unit of a server that has ended tells so at once; the proxy would go on waiting for it.
      const answer = wakening.needsLook() ? null : await Promise.race([ask(), woken]);
      awaySince = Number.POSITIVE_INFINITY;
      if (answer !== null && answer.status >= 1 && answer.status < 500) return;
      if (answer !== null) problem = answer.status === 0 ? answer.problem : `status ${answer.status}`;
    } catch (error) {
      if (!(error instanceof TshubError && error.code === 'daemon_away')) throw error;
      awaySince = Math.min(awaySince, performance.now());
      if (performance.now() - awaySince > timing.proxyAway) throw error;
    }
    signal.throwIfAborted();
    if (wakening.needsLook() || performance.now() - looked >= timing.look) {
      looked = performance.now();
      wakening.looked();
      await checkAlive(room, started);
      signal.throwIfAborted();
    }
    if (!wakening.needsLook()) await pause(timing.probeAgain, signal);
    signal.throwIfAborted();
  }
  // The unit may have ended just now; its own reason says more than the time that has passed.
  await checkAlive(room, started);
  throw new TshubError('spawn_failed', { problem: `the server did not answer within ${seconds} s (${problem})` });
}

async function checkAlive(room: Room, started: UnitStatus): Promise<void> {
  const now = await room.spawner.show({ user: started.user, name: started.server });
  if (isAlive(now) && now.invocation === started.invocation) return;
  const isSame = now?.invocation === started.invocation && now.reason !== '';
  throw new TshubError('spawn_failed', { problem: isSame ? now.reason : 'it ended before it answered' });
}
