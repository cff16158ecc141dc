import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import type { Settings } from '@tshub/config';
import type { HostFacts } from './facts.ts';
import { ok, type Verdict } from './verdict.ts';

/** A table of settings, of which some may be absent. */
type Layer = { readonly [Name in keyof Settings['spawner']]?: Settings['spawner'][Name] | undefined };

/** What tshub wants of how a kernel was made. */
export interface KernelNeed {
  /** Without CONFIG_. */
  readonly option: string;
  /** What is not so without it. */
  readonly without: string;
  /** Whether that is a promise of these settings; always, where it is left out. */
  readonly isUsed?: (spawner: Layer) => boolean;
}

const hasExtra = (spawner: Layer, ...names: readonly string[]): boolean =>
  names.some((name) => spawner.unit_extra_properties?.[name] !== undefined);

/** Options that no folder of /sys/fs/cgroup tells of; controllers have a check of their own. In the order of the names. */
export const kernelNeeds: readonly KernelNeed[] = [
  {
    option: 'BLK_DEV_THROTTLING',
    without: 'IOReadBandwidthMax and the like are not enforced',
    isUsed: (spawner) =>
      hasExtra(spawner, 'IOReadBandwidthMax', 'IOReadIOPSMax', 'IOWriteBandwidthMax', 'IOWriteIOPSMax'),
  },
  {
    option: 'CFS_BANDWIDTH',
    without: 'cpu_limit and user_cpu_limit are not enforced',
    isUsed: (spawner) => (spawner.cpu_limit ?? 0) > 0 || (spawner.user_cpu_limit ?? 0) > 0,
  },
  {
    option: 'CGROUP_BPF',
    without: 'devices and IPAddressDeny are not enforced: a server reaches every device that its files let it',
    isUsed: (spawner) =>
      (spawner.devices ?? []).length > 0 ||
      spawner.isolate_devices === true ||
      hasExtra(spawner, 'IPAddressAllow', 'IPAddressDeny'),
  },
  {
    option: 'FAIR_GROUP_SCHED',
    without: 'cpu_weight and user_cpu_weight have no effect: who runs more processes gets more of the CPU',
    isUsed: () => true,
  },
  { option: 'IPC_NS', without: 'the daemons do not start: their sandbox needs it' },
  { option: 'NET_NS', without: 'the daemons do not start: their sandbox needs it' },
  {
    option: 'PID_NS',
    without: 'PrivatePIDs means nothing: a server sees the processes of others',
    isUsed: (spawner) => hasExtra(spawner, 'PrivatePIDs'),
  },
  { option: 'SECCOMP_FILTER', without: 'nothing keeps the daemons from system calls that they do not need' },
  {
    option: 'SWAP',
    without: 'swap_limit means nothing',
    isUsed: ({ swap_limit: limit }) => limit !== undefined && limit !== 'infinity' && limit !== 0,
  },
  { option: 'TMPFS_POSIX_ACL', without: 'no server starts: the proxy cannot be let into the folder of its socket' },
  { option: 'UTS_NS', without: 'the daemons do not start: their sandbox needs it' },
];

/** Of the options, those that the running kernel lacks; null when nothing tells how it was made. */
export function missingOptions(config: string | null): readonly KernelNeed[] | null {
  if (config === null) return null;
  const made = new Set([...config.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map(([, option]) => option));
  return kernelNeeds.filter(({ option }) => !made.has(option));
}

/** Fails for what the daemons or a setting in use stand on. */
export function judgeKernel({ kernelConfig: config, settings }: HostFacts): Verdict {
  const missing = missingOptions(config);
  if (missing === null) return ok('nothing tells how this kernel was made');
  if (missing.length === 0) return ok('the kernel can do all that servers are promised');
  const layers = settings === null ? [] : layersOf(settings);
  const isUsed = (need: KernelNeed): boolean => need.isUsed === undefined || layers.some(need.isUsed);
  return {
    level: missing.some(isUsed) ? 'fail' : 'warn',
    says: missing.map(({ option, without }) => `made without CONFIG_${option}: ${without}`).join('; '),
    advice: "boot the distribution's own kernel (Debian: apt-get install linux-image-amd64), or one made with these",
  };
}

/** Every table that says how a server is to be. */
function layersOf({ spawner, profiles }: Settings): readonly Layer[] {
  const { groups, users } = spawner;
  return [spawner, ...Object.values(groups), ...Object.values(users), ...profiles.map(({ settings }) => settings)];
}

/** How the running kernel was made, as it or the distribution tells; null when neither does. */
export function kernelConfig(): string | null {
  const places = ['/proc/config.gz', `/boot/config-${release()}`, `/lib/modules/${release()}/config`];
  const place = places.find((one) => existsSync(one));
  if (place === undefined) return null;
  try {
    const bytes = readFileSync(place);
    return (place.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  } catch {
    return null;
  }
}
