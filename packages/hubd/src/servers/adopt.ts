import { serverPrefix, type UnitStatus } from '@tshub/contract';
import type { PresentRoute } from '../proxy/route-changes.ts';
import { adoptPlan, type Believed } from './adopt-plan.ts';
import { cleanUp, dropRoute } from './clean-up.ts';
import type { Entry } from './entry.ts';
import { type Room, routeOf, sentenceOf } from './room.ts';
import { serverLabel } from './server-name.ts';
import { isAlive } from './spawner-link.ts';
import { halfWayDetail } from './start-steps.ts';
import { finishEnded } from './stop.ts';
import { waitUntilUp } from './wait-until-up.ts';
import { pause } from './waiting.ts';

/** How many units are asked for at the same time. */
const atOnce = 16;

/**
 * Looks at everything that runs until all of it is known. spawnerd or proxyd may be away: then it is tried again, ever more slowly,
 * and servers stay in `check` so long.
 */
export async function adoptAll(room: Room, closing: AbortSignal, watch: () => Promise<void>): Promise<void> {
  let wait = room.timing.adoptFirst;
  for (let toldOf = ''; !closing.aborted;) {
    try {
      await watch();
      await adoptOnce(room, closing);
      return;
    } catch (error) {
      const sentence = sentenceOf(error);
      if (closing.aborted) return;
      if (sentence !== toldOf)
        room.log.warn({ error }, `running servers could not be looked at, trying again: ${sentence}`);
      toldOf = sentence;
    }
    await pause(wait, closing);
    wait = Math.min(wait * 2, room.timing.adoptLongest);
  }
}

async function adoptOnce(room: Room, closing: AbortSignal): Promise<void> {
  // Before the units are listed: a server that gets ready meanwhile is not missed in an older list.
  const believed = room.entries.active().filter(isSettled).map(believedOf);
  const present = await room.spawner.list();
  const routes = await room.proxy.routes();
  const { verdicts, strangers } = adoptPlan(believed, present);
  const routeOfPrefix = new Map(routes.map((route) => [route.prefix, route]));

  await each(verdicts, async ({ server: { entry, invocation }, verdict }) => {
    if (!isSettled(entry) || entry.row.invocation !== invocation) return;
    if (verdict.kind === 'keep')
      return keep(
        room,
        entry,
        verdict.status,
        routeOfPrefix.get(serverPrefix(entry.row.user, entry.row.name)),
        closing,
      );
    if (verdict.kind === 'died') return finishEnded(room, entry, verdict.status);
    await finishHalfWay(room, entry);
  });
  await each(strangers, async ({ status, todo }) => {
    const entry = room.entries.get(status.user, status.server);
    // Its name may be that of a server that was just found to have ended.
    await entry?.stopping?.catch(() => undefined);
    // Servers that start or stop just now are not strangers, even if they were not believed to be active a moment ago.
    if (entry !== undefined && entry.phase !== 'stopped') return;
    const which = { user: status.user, name: status.server };
    if (todo === 'forget') return room.spawner.forget(which);
    room.log.warn(
      { user: status.user, server: status.server, unit: status.unit },
      `${status.unit} runs, but belongs to no server of the hub; stopping it`,
    );
    await room.spawner.stop(which);
  });
}

interface BelievedEntry extends Believed {
  readonly entry: Entry;
}

/** A server as it is now: what changes while the units are listed is not judged. */
function believedOf(entry: Entry): BelievedEntry {
  const { user, name, invocation } = entry.row;
  return { entry, user, name, invocation };
}

/** Neither starting nor stopping: those are in somebody's hands. */
function isSettled({ phase }: Entry): boolean {
  return phase === 'checking' || phase === 'ready';
}

/** With its route in place a server is as it was; otherwise it may still be starting, and gets its route when it answers. */
function keep(
  room: Room,
  entry: Entry,
  status: UnitStatus,
  route: PresentRoute | undefined,
  closing: AbortSignal,
): void {
  if (entry.phase !== 'checking') return;
  const wanted = routeOf(entry.row);
  if (route?.target === wanted.target && route.uid === wanted.uid) kept(room, entry);
  else void keepWhenUp(room, entry, status, closing);
}

async function keepWhenUp(room: Room, entry: Entry, status: UnitStatus, closing: AbortSignal): Promise<void> {
  if (entry.check !== null) return;
  const check = new AbortController();
  entry.check = check;
  const signal = AbortSignal.any([closing, check.signal]);
  const { user, name } = entry.row;
  try {
    await keepSlow(room, entry, status, signal);
  } catch (error) {
    if (!signal.aborted)
      room.log.warn(
        { user, server: name, error },
        `${entry.unit} could not be kept, looking again: ${sentenceOf(error)}`,
      );
    if (!signal.aborted) room.recheck();
  } finally {
    if (entry.check === check) entry.check = null;
  }
}

async function keepSlow(room: Room, entry: Entry, status: UnitStatus, signal: AbortSignal): Promise<void> {
  const { user, name } = entry.row;
  let seen = entry.lastSaid;
  const wakening = {
    needsLook: () => entry.lastSaid !== seen,
    looked: () => (seen = entry.lastSaid),
    onWake: () => undefined,
  };
  try {
    await waitUntilUp(room, status, signal, wakening);
  } catch (error) {
    signal.throwIfAborted();
    const now = await room.spawner.show({ user, name });
    signal.throwIfAborted();
    if (!isAlive(now) || now.invocation !== status.invocation) return finishEnded(room, entry, now);
    // It may hold somebody's work, so it is not stopped for being slow.
    room.log.warn(
      { user, server: name, error },
      `${serverLabel(user, name)} does not answer, but its unit runs; keeping it: ${sentenceOf(error)}`,
    );
  }
  await room.proxy.add(routeOf(entry.row));
  signal.throwIfAborted();
  kept(room, entry);
}

function kept(room: Room, entry: Entry): void {
  const { user, name } = entry.row;
  entry.move('kept');
  room.log.info(
    { event: 'server-adopted', user, server: name, unit: entry.unit },
    `${serverLabel(user, name)} runs and was kept`,
  );
  // Its end may have been told while nobody knew yet whether it ran.
  if (entry.lastSaid !== null) room.lookAt(entry);
}

/** What a start had made when the hub was killed: its unit may run with a token that nobody knows any more. */
async function finishHalfWay(room: Room, entry: Entry): Promise<void> {
  if (entry.phase !== 'checking') return;
  const { user, name } = entry.row;
  await room.spawner.stop({ user, name });
  if (entry.phase !== 'checking') return;
  entry.move('ended');
  await dropRoute(room, entry, serverPrefix(user, name));
  const reason = 'the hub was restarted while the server was starting; please start it again';
  const detail = halfWayDetail(entry.unit);
  await cleanUp(room, entry, { lastEnd: `The start was cut short: ${reason}`, detail, failed: false });
  room.log.warn(
    { event: 'server-failed', user, server: name, unit: entry.unit, reason, detail },
    `${serverLabel(user, name)} could not start: ${reason}`,
  );
  entry.move('stopped');
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void> | void): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
