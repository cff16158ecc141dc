import { serverPrefix, type ServerEntry, type UnitStatus, type UserEntry, type WireDict } from '@tshub/contract';
import type { Server, Servers } from './servers/server.ts';
import type { User } from './users/user.ts';

/** A server as the bus tells it; with `status` also what its unit says. */
export function entryOf(server: Server, status?: UnitStatus): WireDict {
  const { user, name, unit, ready, pending, started, lastActivity, profile } = server;
  const reason = status === undefined || status.reason === '' ? server.lastEnd : status.reason;
  const entry: ServerEntry = {
    user,
    server: name,
    unit,
    ready,
    pending: pending ?? '',
    started: BigInt(server.active ? (started ?? 0) : 0),
    lastActivity: BigInt(lastActivity ?? 0),
    profile,
    url: serverPrefix(user, name),
    ...(reason !== '' && { reason }),
    ...(status !== undefined && unitPart(status)),
  };
  // What is undefined has no form on the bus.
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as WireDict;
}

function unitPart({
  active,
  sub,
  uid,
  memoryCurrent,
  memoryPeak,
  memoryMax,
  cpuNanoseconds,
  tasks,
}: UnitStatus): Partial<ServerEntry> {
  return { active, sub, uid, memoryCurrent, memoryPeak, memoryMax, cpuNanoseconds, tasks };
}

/** A user as the bus tells it. */
export function userEntryOf(user: User, servers: Pick<Servers, 'ofUser'>): UserEntry {
  const activeServers = servers.ofUser(user.id).filter((server) => server.active).length;
  return { name: user.name, admin: user.admin, lastActivity: BigInt(user.lastActivity ?? 0), activeServers };
}
