import {
  serverPrefix,
  type ServerEntry,
  type UnitStatus,
  type UsageEntry,
  type UserEntry,
  type WireDict,
} from '@tshub/contract';
import type { Server, Servers, ServerUsage } from './servers/server.ts';
import type { User } from './users/user.ts';

/** A server as the bus tells it; with `status` also what its unit says, and how it ended to who may know more than its user. */
export function entryOf(server: Server, status?: UnitStatus, { isDetailed = false } = {}): WireDict {
  const { user, name, unit, ready, pending, started, lastActivity, profile } = server;
  const reason = status === undefined || status.reason === '' ? server.lastEnd : status.reason;
  const detail = status === undefined || status.detail === '' ? server.endDetail : status.detail;
  const entry: ServerEntry = {
    user,
    server: name,
    unit,
    ready,
    pending: pending ?? '',
    started: BigInt(server.active ? (started ?? 0) : 0),
    lastActivity: BigInt(lastActivity ?? 0),
    ...(server.signs.request !== undefined && { lastRequest: BigInt(server.signs.request) }),
    ...(server.signs.report !== undefined && { lastReport: BigInt(server.signs.report) }),
    profile,
    url: serverPrefix(user, name),
    ...(server.end !== null && {
      endsAt: BigInt(server.end.at),
      endsRule: server.end.rule,
      endsWhy: server.end.why,
      endsLatest: BigInt(server.end.latest),
      warned: server.end.warned,
    }),
    ...(server.active && server.keptUntil !== null && { keptUntil: BigInt(server.keptUntil) }),
    ...(reason !== '' && { reason }),
    ...(isDetailed && detail !== '' && { detail }),
    ...(server.lastKill !== null && {
      killedAt: BigInt(server.lastKill.at),
      killedFor: server.lastKill.reason,
    }),
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

/** What a server uses, or without its name all servers of a user, as the bus tells it. */
export function usageEntryOf(user: string, server: string | undefined, usage: ServerUsage): WireDict {
  const whole = (value: number | null): bigint | undefined => (value === null ? undefined : BigInt(Math.round(value)));
  const entry: UsageEntry = {
    user,
    server,
    memoryCurrent: whole(usage.memoryCurrent),
    memoryPeak: whole(usage.memoryPeak),
    memoryMax: whole(usage.memoryMax),
    cpuNanoseconds: whole(usage.cpuSeconds === null ? null : usage.cpuSeconds * 1e9),
    tasks: whole(usage.tasks),
    ioReadBytes: whole(usage.ioReadBytes),
    ioWriteBytes: whole(usage.ioWriteBytes),
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as WireDict;
}

/** A user as the bus tells it. */
export function userEntryOf(user: User, servers: Pick<Servers, 'ofUser'>, guest = false): UserEntry {
  const activeServers = servers.ofUser(user.id).filter((server) => server.active).length;
  const { name, admin, created, lastActivity } = user;
  return { name, admin, created: BigInt(created), lastActivity: BigInt(lastActivity ?? 0), guest, activeServers };
}
