import { serverPrefix, TshubError, type UnitStatus } from '@tshub/contract';
import type { Room } from './room.ts';
import { isAlive } from './spawner-link.ts';
import { pause, unlessAborted } from './waiting.ts';

/** From so many starts at once on, each is probed less often. */
const manyStarts = 20;

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
  const overtime = AbortSignal.timeout(seconds * 1000);
  const path = probePath(started.user, started.server);
  let problem = 'no answer';
  let wait = timing.probeFirst;
  let sinceLook = 0;
  let awayFor = 0;
  while (!overtime.aborted) {
    try {
      const answer = await unlessAborted(room.proxy.probe(started.target, started.uid, path, timing.probeTry), signal);
      awayFor = 0;
      if (answer.status >= 1 && answer.status < 500) return;
      problem = answer.status === 0 ? answer.problem : `status ${answer.status}`;
    } catch (error) {
      if (!(error instanceof TshubError && error.code === 'daemon_away')) throw error;
      awayFor += wait;
      if (awayFor > timing.proxyAway) throw error;
    }
    signal.throwIfAborted();
    if (wakening.needsLook() || sinceLook >= timing.look) {
      sinceLook = 0;
      wakening.looked();
      await checkAlive(room, started);
      signal.throwIfAborted();
    }
    const woken = new AbortController();
    wakening.onWake(() => woken.abort());
    if (!wakening.needsLook()) await pause(wait, AbortSignal.any([signal, overtime, woken.signal]));
    signal.throwIfAborted();
    sinceLook += wait;
    const isBusy = room.entries.count('starting') > manyStarts;
    wait = Math.min(wait * 2, isBusy ? timing.probeBusy : timing.probeLongest);
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
