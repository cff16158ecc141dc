import { endDetail, parseServerUnit, serverSocket, serverUnit, type UnitStatus, type WireDict } from '@tshub/contract';
import type { ServerName } from '../request.ts';
import type { Systemd1, UnitNow } from '../systemd1.ts';
import type { UnitFacts } from '../unit-facts.ts';
import { reasonFor } from './reason.ts';

/** What the hub is told of a server that has just been started; of what it uses there is nothing to tell yet. */
export function startedStatus(
  { user, server }: ServerName,
  { activeState, invocation, uid }: UnitNow,
  { port, dynamic }: { readonly port: number | null; readonly dynamic: boolean },
): UnitStatus {
  return {
    user,
    server,
    unit: serverUnit(user, server),
    target: targetOf({ user, server }, port),
    active: activeState,
    sub: 'running',
    result: 'success',
    exitCode: 0,
    exitStatus: 0,
    invocation,
    uid: uid ?? -1,
    reason: '',
    detail: '',
    dynamic,
  };
}

function targetOf({ user, server }: ServerName, port: number | null): string {
  return port === null ? `unix:${serverSocket(user, server)}` : `tcp:127.0.0.1:${port}`;
}

/** What the hub is told about a server. A unit that is not loaded is inactive, and nobody runs it. */
export function statusOf(name: ServerName, facts: UnitFacts | null): UnitStatus {
  const { user, server } = name;
  const common = { user, server, unit: serverUnit(user, server), target: targetOf(name, facts?.port ?? null) };
  if (!facts) {
    return {
      ...common,
      active: 'inactive',
      sub: 'dead',
      result: 'success',
      exitCode: 0,
      exitStatus: 0,
      invocation: '',
      uid: -1,
      reason: '',
      detail: '',
      dynamic: false,
    };
  }
  const { memoryCurrent, memoryPeak, memoryMax, cpuNanoseconds, tasks } = facts;
  return {
    ...common,
    active: facts.activeState,
    sub: facts.subState,
    result: facts.result,
    exitCode: facts.exitCode,
    exitStatus: facts.exitStatus,
    invocation: facts.invocation,
    uid: isRunning(facts) ? (facts.uid ?? -1) : -1,
    reason: reasonFor(facts),
    detail: facts.activeState === 'active' ? '' : detailOf(common.unit, facts),
    dynamic: facts.dynamic,
    ...(memoryCurrent !== undefined && { memoryCurrent }),
    ...(memoryPeak !== undefined && { memoryPeak }),
    ...(memoryMax !== undefined && { memoryMax }),
    ...(cpuNanoseconds !== undefined && { cpuNanoseconds }),
    ...(tasks !== undefined && { tasks }),
  };
}

/** What PID 1 says of an end, for administrators; `job` is the result of a start that failed. */
export function detailOf(unit: string, facts: UnitFacts | null, job = 'done'): string {
  const gone = { result: 'success', exitCode: 0, exitStatus: 0, invocation: '', preparation: null };
  const { result, exitCode, exitStatus, invocation, preparation } = facts ?? gone;
  return endDetail({ unit, result, exitCode, exitStatus, invocation, before: preparation, job });
}

/** Whether processes of the unit may be alive. */
export function isRunning({ activeState }: Pick<UnitFacts, 'activeState'>): boolean {
  return activeState !== 'inactive' && activeState !== 'failed';
}

/** Status of every server unit that is loaded; units that carry our prefix but no name of ours are left out. */
export async function listServers(systemd1: Systemd1): Promise<UnitStatus[]> {
  const units = await systemd1.listServerUnits();
  const found = await Promise.all(
    units.map(async (unit) => {
      const name = parseServerUnit(unit);
      if (!name || serverUnit(name.user, name.server) !== unit) return null;
      const facts = await systemd1.unitFacts(unit);
      return facts && statusOf(name, facts);
    }),
  );
  return found.filter((status) => status !== null);
}

/** A UnitStatus as a{sv}; what the host does not count is left out. */
export function toWire(status: UnitStatus): WireDict {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined)) as WireDict;
}
