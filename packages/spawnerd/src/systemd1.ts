import { type Bus, BusError, getProperties, systemd1Manager, variant } from '@tshub/bus';
import { serverUnitPattern, serviceUnitPattern, TshubError } from '@tshub/contract';
import type { Clock } from './clock.ts';
import type { UnitProperty } from './launch/unit-properties.ts';
import { readUnitFacts, type UnitFacts } from './unit-facts.ts';

/** How a job ended, in systemd's words, or 'no-answer' when it did not end in the time given. */
export type JobResult = string;

/** A unit beside another one. */
export type Helper = readonly [unit: string, properties: readonly UnitProperty[]];

export type UnitNow = Pick<UnitFacts, 'activeState' | 'invocation' | 'uid'>;

/** The service manager as spawnerd uses it: these calls, on units of user servers. Tests bring their own. */
export interface Systemd1 {
  /** Queues the start of a new transient unit, with others that it may need; the object path of the job. Throws BusError. */
  readonly startTransientUnit: (
    unit: string,
    properties: readonly UnitProperty[],
    others?: readonly Helper[],
  ) => Promise<string>;
  /** Changes resource limits of a unit until the next boot, whether it is loaded or not. */
  readonly setUnitProperties: (unit: string, properties: readonly UnitProperty[]) => Promise<void>;
  /** Queues the stop; null when there is no such unit. */
  readonly stopUnit: (unit: string) => Promise<string | null>;
  /** Kills every process of the unit; one that is gone is fine. */
  readonly killUnit: (unit: string) => Promise<void>;
  /** Clears the failure of a unit, which unloads it; one that is gone is fine. */
  readonly resetFailedUnit: (unit: string) => Promise<void>;
  readonly jobResult: (job: string, timeoutMs: number) => Promise<JobResult>;
  /** Names of the units of user servers that are loaded. */
  readonly listServerUnits: () => Promise<readonly string[]>;
  readonly listServiceUnits: () => Promise<readonly string[]>;
  /** The little that a start that went well must know: all properties of a unit are four hundred. */
  readonly unitNow: (unit: string) => Promise<UnitNow>;
  /** How long PID 1 itself waits for the unit to stop. */
  readonly stopTimeoutMs: (unit: string) => Promise<number>;
  /** What is known about a unit; null when there is none. */
  readonly unitFacts: (unit: string) => Promise<UnitFacts | null>;
}

const { busName, path: managerPath, name: managerName } = systemd1Manager;
const noSuchUnit = 'org.freedesktop.systemd1.NoSuchUnit';
/** ENOENT: the unit is still loaded, but the kernel has taken its control group away with the last process. */
const noSuchFile = 'org.freedesktop.DBus.Error.FileNotFound';
const sigkill = 9;

/** Connects to PID 1. Job results are heard from here on, so none is missed between a call and its answer. */
export async function connectSystemd1(bus: Bus, clock: Clock): Promise<Systemd1> {
  const manager = bus.calls(systemd1Manager);
  const jobs = await listenForJobs(bus, clock);
  const list = async (pattern: string) => (await manager.ListUnitsByPatterns([], [pattern])).map(([name]) => name);
  return {
    startTransientUnit: (unit, properties, others = []) =>
      manager.StartTransientUnit(
        unit,
        'fail',
        toWire(properties),
        others.map(([name, itsOwn]) => [name, toWire(itsOwn)] as const),
      ),
    setUnitProperties: (unit, properties) => manager.SetUnitProperties(unit, true, toWire(properties)),
    stopUnit: (unit) => unlessGone(manager.StopUnit(unit, 'replace'), null),
    killUnit: (unit) => unlessGone(manager.KillUnit(unit, 'all', sigkill), undefined, [noSuchUnit, noSuchFile]),
    resetFailedUnit: (unit) => unlessGone(manager.ResetFailedUnit(unit), undefined),
    jobResult: jobs.result,
    listServerUnits: () => list(serverUnitPattern),
    listServiceUnits: () => list(serviceUnitPattern),
    unitNow: async (unit) => {
      const path = unitPath(unit);
      const [InvocationID, UID, ActiveState] = await Promise.all([
        readOne(bus, path, 'Unit', 'InvocationID'),
        readOne(bus, path, 'Service', 'UID'),
        // Last, so that what was read before is of a unit that still runs.
        readOne(bus, path, 'Unit', 'ActiveState'),
      ]);
      return readUnitFacts({ InvocationID, UID, ActiveState });
    },
    stopTimeoutMs: async (unit) => {
      const TimeoutStopUSec = await readOne(bus, unitPath(unit), 'Service', 'TimeoutStopUSec');
      return readUnitFacts({ TimeoutStopUSec }).stopTimeoutMs;
    },
    unitFacts: async (unit) => {
      const path = await unlessGone(manager.GetUnit(unit), null);
      if (path === null) return null;
      // All interfaces in one answer: two answers could tell of two moments.
      const properties = await getProperties(bus, busName, path, '');
      const facts = readUnitFacts(properties);
      // Asking for an object path loads an empty unit, if the real one has just gone. What runs, or has failed, is there however its
      // file reads now: after a daemon-reload that refuses it, it is `bad-setting`, and its processes are as they were.
      return properties.LoadState === 'loaded' || facts.activeState !== 'inactive' ? facts : null;
    },
  };
}

/** What PID 1 refuses, as a failed start. */
export async function orFailed<T>(call: Promise<T>, problem: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    throw new TshubError('spawn_failed', { problem: `${problem}: ${error.message}` }, { cause: error });
  }
}

/** Where a unit is on the bus. */
function unitPath(unit: string): string {
  const label = Buffer.from(unit)
    .toString('latin1')
    .replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${managerPath}/unit/${label}`;
}

async function readOne(bus: Bus, path: string, kind: 'Service' | 'Unit', name: string): Promise<unknown> {
  const [value] = await bus.raw({
    destination: busName,
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [`org.freedesktop.systemd1.${kind}`, name],
    isBare: true,
  });
  return value;
}

function toWire(properties: readonly UnitProperty[]) {
  return properties.map(([name, signature, value]) => [name, variant(signature, value)] as const);
}

async function unlessGone<T, N>(call: Promise<T>, gone: N, names: readonly string[] = [noSuchUnit]): Promise<T | N> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof BusError && names.includes(error.busName)) return gone;
    throw error;
  }
}

const rememberedResults = 256;

/** Results of jobs, remembered for a while, because JobRemoved may come before the answer that names the job. */
async function listenForJobs(bus: Bus, clock: Clock): Promise<{ result: Systemd1['jobResult'] }> {
  const results = new Map<string, JobResult>();
  const waiting = new Map<string, (result: JobResult) => void>();
  await bus.onSignal(
    { sender: busName, path: managerPath, interface: managerName, member: 'JobRemoved' },
    ({ args }) => {
      const [job, result] = [String(args[1]), String(args[3])];
      results.set(job, result);
      const [oldest] = results.keys();
      if (results.size > rememberedResults && oldest !== undefined) results.delete(oldest);
      waiting.get(job)?.(result);
    },
  );
  return {
    result: (job, timeoutMs) =>
      new Promise((resolve) => {
        const settle = (result: JobResult): void => {
          waiting.delete(job);
          cancel();
          resolve(result);
        };
        const cancel = clock.after(timeoutMs, () => settle('no-answer'));
        const known = results.get(job);
        if (known === undefined) waiting.set(job, settle);
        else settle(known);
      }),
  };
}
