import * as z from 'zod';
import { propertyKinds, type PropertyKind, type RawValue } from './unit-property-kinds.ts';

interface Row {
  readonly kind: PropertyKind;
  /** Its name on the bus, where that is another one. */
  readonly bus?: string;
  /** The cgroup controller without which it has no effect. */
  readonly controller?: string;
}

const flag: Row = { kind: 'flag' };
const limit: Row = { kind: 'count' };
const text: Row = { kind: 'text' };
const paths: Row = { kind: 'texts' };
const set: Row = { kind: 'set' };

/** What unit_extra_properties may hold. Not here: what tshub itself says (User, ExecStart, Slice, EnvironmentFile, …), and what would give root's powers to the unit. */
export const extraPropertyTable: Readonly<Record<string, Row>> = {
  After: paths,
  AllowedCPUs: { kind: 'cpus', controller: 'cpuset' },
  CPUQuota: { kind: 'quota', bus: 'CPUQuotaPerSecUSec', controller: 'cpu' },
  CPUQuotaPeriodSec: { kind: 'time', bus: 'CPUQuotaPeriodUSec', controller: 'cpu' },
  CPUWeight: { kind: 'count', controller: 'cpu' },
  Delegate: flag,
  ExecPaths: paths,
  IOReadBandwidthMax: { kind: 'devices', controller: 'io' },
  IOReadIOPSMax: { kind: 'devices', controller: 'io' },
  IOWeight: { kind: 'count', controller: 'io' },
  IOWriteBandwidthMax: { kind: 'devices', controller: 'io' },
  IOWriteIOPSMax: { kind: 'devices', controller: 'io' },
  IPAccounting: flag,
  IPAddressAllow: { kind: 'addresses' },
  IPAddressDeny: { kind: 'addresses' },
  InaccessiblePaths: paths,
  KeyringMode: text,
  LimitAS: { kind: 'size' },
  LimitCPU: limit,
  LimitDATA: { kind: 'size' },
  LimitFSIZE: { kind: 'size' },
  LimitMEMLOCK: { kind: 'size' },
  LimitMSGQUEUE: { kind: 'size' },
  LimitNOFILE: limit,
  LimitNPROC: limit,
  LimitRTPRIO: limit,
  LimitRTTIME: limit,
  LimitSIGPENDING: limit,
  LimitSTACK: { kind: 'size' },
  LockPersonality: flag,
  LogLevelMax: { kind: 'int' },
  LogNamespace: text,
  ManagedOOMMemoryPressure: text,
  ManagedOOMPreference: text,
  ManagedOOMSwap: text,
  MemoryDenyWriteExecute: flag,
  MemoryHigh: { kind: 'size', controller: 'memory' },
  MemoryLow: { kind: 'size', controller: 'memory' },
  MemoryMax: { kind: 'size', controller: 'memory' },
  MemoryMin: { kind: 'size', controller: 'memory' },
  MemoryPressureWatch: { kind: 'text', controller: 'memory' },
  MemorySwapMax: { kind: 'size', controller: 'memory' },
  MemoryZSwapMax: { kind: 'size', controller: 'memory' },
  NetworkNamespacePath: text,
  Nice: { kind: 'int' },
  NoExecPaths: paths,
  NoNewPrivileges: flag,
  OOMPolicy: text,
  OOMScoreAdjust: { kind: 'int' },
  PrivateDevices: flag,
  PrivateIPC: flag,
  PrivateMounts: flag,
  PrivateNetwork: flag,
  PrivatePIDs: text,
  PrivateTmp: flag,
  PrivateUsers: flag,
  ProcSubset: text,
  ProtectClock: flag,
  ProtectControlGroups: flag,
  ProtectHome: text,
  ProtectHostname: flag,
  ProtectKernelLogs: flag,
  ProtectKernelModules: flag,
  ProtectKernelTunables: flag,
  ProtectProc: text,
  ProtectSystem: text,
  ReadOnlyPaths: paths,
  ReadWritePaths: paths,
  RemoveIPC: flag,
  Requires: paths,
  RequiresMountsFor: paths,
  RestrictAddressFamilies: set,
  RestrictNetworkInterfaces: set,
  RestrictRealtime: flag,
  RestrictSUIDSGID: flag,
  RuntimeMaxSec: { kind: 'time', bus: 'RuntimeMaxUSec' },
  RuntimeRandomizedExtraSec: { kind: 'time', bus: 'RuntimeRandomizedExtraUSec' },
  StartupCPUWeight: { kind: 'count', controller: 'cpu' },
  StartupIOWeight: { kind: 'count', controller: 'io' },
  SystemCallArchitectures: paths,
  SystemCallFilter: set,
  TasksMax: { kind: 'count', controller: 'pids' },
  TemporaryFileSystem: { kind: 'mounts' },
  UMask: { kind: 'mode' },
  Wants: paths,
};

/** A property as PID 1 takes it, and what it needs. */
export interface ExtraProperty {
  readonly bus: string;
  readonly signature: string;
  readonly value: unknown;
  readonly controller: string | null;
}

/** One entry of unit_extra_properties; what was expected instead, as a text, when it cannot be one. */
export function extraProperty(name: string, raw: RawValue): ExtraProperty | string {
  const row = Object.hasOwn(extraPropertyTable, name) ? extraPropertyTable[name] : undefined;
  if (row === undefined) return 'expected a property that tshub does not set itself; tshub.toml(5) has the list';
  const { signature, parse, expected } = propertyKinds[row.kind];
  const value = parse(raw);
  if (value === null) return `expected ${expected}`;
  return { bus: row.bus ?? name, signature, value, controller: row.controller ?? null };
}

const rawValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

/** unit_extra_properties: property -> value, each checked against the table. */
export const extraProperties = z.record(z.string(), rawValue).superRefine((properties, ctx) => {
  for (const [name, raw] of Object.entries(properties)) {
    const property = extraProperty(name, raw);
    if (typeof property === 'string') ctx.addIssue({ code: 'custom', message: property, path: [name], input: raw });
  }
});
