import type { Log } from '@tshub/daemon';
import type { Cgroups } from './cgroups.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import { serverLabel } from './server-name.ts';

export interface WatchMemoryParts {
  readonly entries: Entries;
  readonly cgroups: Cgroups;
  readonly clock: { now(): number };
  readonly log: Log;
}

/**
 * Notices programs that the kernel killed in a server which lives on (OOMPolicy=continue): to the service manager nothing has
 * happened then. Watches each server for as long as it is ready. Returns how to end.
 */
export function watchMemory({ entries, cgroups, clock, log }: WatchMemoryParts): () => void {
  const stops = new Map<Entry, () => void>();
  const stopHearing = entries.onMove((entry, from, to) => {
    stops.get(entry)?.();
    stops.delete(entry);
    if (to === 'starting') entry.lastKill = null;
    if (to !== 'ready') return;
    const { user, name } = entry.row;
    const onKill = (reason: string, isOld: boolean): void => {
      entry.lastKill = { at: clock.now(), reason };
      // Of what happened before a restart of the hub, the hub before has told.
      if (isOld && from === 'checking') return;
      log.warn(
        { event: 'server-oom', user, server: name, unit: entry.unit, reason },
        `A program of ${serverLabel(user, name)} was killed: ${reason}`,
      );
    };
    stops.set(entry, cgroups.watchKills(user, name, onKill));
  });
  return () => {
    stopHearing();
    for (const stop of stops.values()) stop();
  };
}
