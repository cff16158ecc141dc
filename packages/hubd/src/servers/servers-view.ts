import {
  escapeName,
  type ServerModel,
  serverFullName,
  serverPrefix,
  type UsageModel,
  type UserUsageModel,
} from '@tshub/contract';
import { formatTimestamp } from '@tshub/http';
import type { ServerEnd } from './ends.ts';
import type { Server, ServerUsage } from './server.ts';

export interface ServerViewOptions {
  /** What browsers see, '' when unknown; with or without a slash at the end. */
  readonly publicUrl: string;
  /** Whether `state` is shown: for holders of admin:server_state. */
  readonly withState?: boolean;
}

/** The REST model of a server (peer's contract 2.3). */
export function serverModel(server: Server, { publicUrl, withState = false }: ServerViewOptions): ServerModel {
  const { user, name } = server;
  const url = serverPrefix(user, name);
  const path = name === '' ? 'server' : `servers/${escapeName(name)}`;
  const progressUrl = `/hub/api/users/${escapeName(user)}/${path}/progress`;
  const origin = publicUrl.replace(/\/$/, '');
  return {
    name,
    display_name: server.displayName,
    full_name: serverFullName(user, name),
    last_activity: formatTimestamp(server.lastActivity),
    started: server.active ? formatTimestamp(server.started) : null,
    pending: server.pending,
    ready: server.ready,
    stopped: !server.active,
    url,
    user_options: { ...server.options },
    progress_url: progressUrl,
    full_url: origin === '' ? null : `${origin}${url}`,
    full_progress_url: origin === '' ? null : `${origin}${progressUrl}`,
    last_end: server.lastEnd === '' ? null : server.lastEnd,
    ends: server.end === null ? null : endsModel(server.end, server.keptUntil),
    ...(withState && { last_end_detail: server.endDetail === '' ? null : server.endDetail, state: stateOf(server) }),
  };
}

function endsModel({ at, rule, why, latest, warned }: ServerEnd, keptUntil: number | null): ServerModel['ends'] {
  return {
    at: formatTimestamp(at),
    rule,
    why,
    latest: formatTimestamp(latest),
    kept_until: formatTimestamp(keptUntil),
    warned,
  };
}

/** What the peer keeps as the spawner's state; ours is the unit. */
function stateOf(server: Server): Readonly<Record<string, unknown>> {
  if (!server.active || server.invocation === '') return {};
  return { unit_name: server.unit, invocation_id: server.invocation, target: server.target, uid: server.uid };
}

/** What a person's servers use; `usages` belong to `servers`, one each. */
export function userUsage(
  user: string,
  total: ServerUsage | undefined,
  servers: readonly Server[],
  usages: readonly (ServerUsage | undefined)[],
): UserUsageModel {
  const entries = servers.flatMap(({ name, lastKill }, i) => {
    const usage = usages[i];
    const last_kill = lastKill && { at: formatTimestamp(lastKill.at), reason: lastKill.reason };
    return usage === undefined ? [] : [[name, { ...usageModel(usage), last_kill }] as const];
  });
  return { user, total: total === undefined ? null : usageModel(total), servers: Object.fromEntries(entries) };
}

function usageModel(usage: ServerUsage): UsageModel {
  return {
    memory: usage.memoryCurrent,
    memory_peak: usage.memoryPeak,
    memory_limit: usage.memoryMax,
    cpu_seconds: usage.cpuSeconds,
    cpu_limit: usage.cpuLimit,
    tasks: usage.tasks,
    tasks_limit: usage.tasksMax,
    io_read_bytes: usage.ioReadBytes,
    io_write_bytes: usage.ioWriteBytes,
  };
}

/** The default server of somebody who never started one: it exists all the same. */
export function neverStarted(userId: number, user: string, unit: string): Server {
  return {
    userId,
    user,
    name: '',
    displayName: null,
    active: false,
    pending: null,
    ready: false,
    started: null,
    lastActivity: null,
    options: {},
    profile: '',
    unit,
    invocation: '',
    target: '',
    uid: null,
    lastEnd: '',
    endDetail: '',
    failed: false,
    lastKill: null,
    signs: {},
    end: null,
    keptUntil: null,
  };
}
