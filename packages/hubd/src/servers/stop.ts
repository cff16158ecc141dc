import { endDetail, serverPrefix, type UnitStatus } from '@tshub/contract';
import { cleanUp, dropRoute } from './clean-up.ts';
import type { Entry } from './entry.ts';
import { endReason, type ServiceResult } from './end-reason.ts';
import { type Room, sentenceOf } from './room.ts';
import { serverLabel } from './server-name.ts';
import type { StopOrder } from './stop-order.ts';
import { isAlive } from './spawner-link.ts';

/** Stops a server whose entry is `stopping`: first the route, so that nobody is sent to a server that goes down. */
export async function runStop(room: Room, entry: Entry, order: StopOrder): Promise<void> {
  const { user, name } = entry.row;
  await dropRoute(room, entry, serverPrefix(user, name));
  try {
    await room.spawner.stop({ user, name });
  } catch (error) {
    entry.move('stop-failed');
    room.recheck();
    throw error;
  }
  await cleanUp(room, entry, { lastEnd: order.lastEnd, failed: false });
  room.log.info(
    { event: order.event, user, server: name, unit: entry.unit, ...order.who, reason: order.told },
    `${serverLabel(user, name)} was stopped${order.told}`,
  );
  entry.move('stopped');
}

/** A server that was ready may have ended: asks, and if so clears up and tells why. Signals of a former life are told apart by the invocation. */
export async function lookAtEnd(room: Room, entry: Entry, last: ServiceResult | undefined): Promise<void> {
  if (last !== undefined) entry.lastSaid = last;
  if (entry.looking || entry.phase !== 'ready') return;
  entry.looking = true;
  try {
    const { user, name, invocation } = entry.row;
    const status = await room.spawner.show({ user, name });
    if (entry.phase !== 'ready' || entry.row.invocation !== invocation) return;
    if (isAlive(status) && status.invocation === invocation) return;
    finishEnded(room, entry, status);
  } catch (error) {
    const { user, name } = entry.row;
    room.log.warn(
      { user, server: name, error },
      `it is not known whether ${entry.unit} still runs, asking again: ${sentenceOf(error)}`,
    );
    room.recheck();
  } finally {
    entry.looking = false;
  }
}

/** Clears up after a server that ended by itself. `status` is what spawnerd says of its unit. */
export function finishEnded(room: Room, entry: Entry, status: UnitStatus | undefined): void {
  const isKnown = status !== undefined && status.invocation === entry.row.invocation && status.reason !== '';
  const reason = isKnown ? status.reason : endReason(entry.lastSaid);
  const said = entry.lastSaid ?? { result: '', code: 0, status: 0 };
  const { invocation } = entry.row;
  const end = { unit: entry.unit, result: said.result, exitCode: said.code, exitStatus: said.status, invocation };
  const detail = isKnown && status.detail !== '' ? status.detail : endDetail(end);
  entry.move('ended');
  entry.stopping = clearUpEnded(room, entry, reason, detail).finally(() => (entry.stopping = null));
}

async function clearUpEnded(room: Room, entry: Entry, reason: string, detail: string): Promise<void> {
  const { user, name } = entry.row;
  await dropRoute(room, entry, serverPrefix(user, name));
  await room.spawner
    .forget({ user, name })
    .catch((error: unknown) =>
      room.log.warn(
        { user, server: name, error },
        `${entry.unit} could not be forgotten, its next start will: ${sentenceOf(error)}`,
      ),
    );
  await cleanUp(room, entry, { lastEnd: `The server stopped: ${reason}`, detail, failed: false });
  room.log.warn(
    { event: 'server-stopped', user, server: name, unit: entry.unit, reason, detail },
    `${serverLabel(user, name)} stopped: ${reason}`,
  );
  entry.move('stopped');
}
