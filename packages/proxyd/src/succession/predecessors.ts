import { readFileSync, watch } from 'node:fs';
import type { Log } from '@tshub/daemon';
import { noneLeaving } from '../destination.ts';
import type { Proxy } from '../proxy.ts';
import { isLeavingReport, type LeavingReport, readLeavingReports } from './leaving-report.ts';

/** The control group of a process, which is its unit; throws for one that is not there. */
type GroupOf = (pid: number | 'self') => string;
const controlGroupOf: GroupOf = (pid) => readFileSync(`/proc/${pid}/cgroup`, 'latin1');

/** Old processes tell more often than this. */
const staleMs = 30_000;

export interface Predecessors {
  /** Ends those that are still there: the proxy is stopped, not restarted. */
  end(): void;
  /** Hears no more of them. */
  close(): void;
}

/** Takes from the processes before this one what they count: activity goes to the routes, open connections to the status. */
export async function watchPredecessors(
  folder: string,
  proxy: Proxy,
  log: Log,
  groupOf: GroupOf = controlGroupOf,
): Promise<Predecessors> {
  let present: readonly LeavingReport[] = [];
  const look = async () => {
    present = await readLeavingReports(folder, staleMs);
    for (const { activity } of present) proxy.routes.noteActivity(activity);
    proxy.counters.leaving = present.reduce(
      (sum, { connections, websockets }) => ({
        connections: sum.connections + connections,
        websockets: sum.websockets + websockets,
      }),
      noneLeaving,
    );
  };
  let looking: Promise<void> = Promise.resolve();
  const lookAgain = () => {
    looking = looking.then(look).catch((error: unknown) => {
      log.warn({ error }, 'what the process before this one counts cannot be read; going on without it');
    });
  };
  const watcher = watch(folder, { persistent: false }, (_event, name) => {
    if (name !== null && isLeavingReport(name)) lookAgain();
  });
  // One that was killed says no more that it has nothing left.
  const timer = setInterval(() => present.length > 0 && lookAgain(), staleMs);
  timer.unref();
  lookAgain();
  await looking;
  return {
    end() {
      for (const { pid, connections } of present) if (connections > 0) endProcess(pid, groupOf);
    },
    close() {
      watcher.close();
      clearInterval(timer);
    },
  };
}

/**
 * The pid is from a file, which only this account writes; the process may have ended since, and its number be another's. So only one
 * that is in this unit is ended, as old processes are. Between the look and the signal the kernel still has the account's rights to
 * go by: without capabilities nobody else's process can be reached.
 */
function endProcess(pid: number, groupOf: GroupOf): void {
  try {
    if (groupOf(pid) === groupOf('self')) process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}
