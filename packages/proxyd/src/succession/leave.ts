import { watch } from 'node:fs';
import type { Log } from '@tshub/daemon';
import type { Proxy } from '../proxy.ts';
import { writeLeavingReport } from './leaving-report.ts';

/** How often the new process hears of what goes on here. */
const tellMs = 5_000;

export interface LeaveParts {
  /** Where the routes are, which the new process writes. */
  readonly folder: string;
  readonly routesFile: string;
  readonly proxy: Proxy;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly pid: number;
  readonly hurry: AbortSignal;
}

/** Serves what is under way beside the new process, by its routes, and tells it of activity. Resolves when all that has ended. */
export async function serveBesideSuccessor(parts: LeaveParts): Promise<void> {
  const { folder, routesFile, proxy, log, clock, pid, hurry } = parts;
  const since = clock();
  const { routes, counters } = proxy;
  let following: Promise<void> = Promise.resolve();
  const follow = () => {
    following = following
      .then(() => routes.follow())
      .catch((error: unknown) =>
        log.warn({ error }, 'the routes of the new process cannot be read; going on with those of before'),
      );
  };
  follow();
  const watcher = watch(folder, (_event, name) => {
    if (name === routesFile) follow();
  });
  const report = async (isOver: boolean) => {
    await proxy.collect();
    await writeLeavingReport(folder, {
      pid,
      connections: isOver ? 0 : proxy.open(),
      websockets: isOver ? 0 : counters.websockets + counters.otherWebsockets,
      activity: routes.activeSince(since),
    });
  };
  let telling: Promise<void> = Promise.resolve();
  const tell = (isOver: boolean) => {
    telling = telling
      .then(() => report(isOver))
      .catch((error: unknown) => log.warn({ error }, 'the new process cannot be told of activity here'));
    return telling;
  };
  const timer = setInterval(() => void tell(false), tellMs);
  await tell(false);
  if (proxy.open() > 0) {
    const says = `${proxy.open()} connections, ${counters.websockets + counters.otherWebsockets} of them websockets, may go on here for ${proxy.drainMs() / 1000} s`;
    log.info(`a new process serves from now on; ${says}`);
  }
  await proxy.close({ hasSuccessor: true, hurry });
  clearInterval(timer);
  watcher.close();
  await tell(true);
}
