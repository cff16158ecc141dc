import type { Settings } from '@tshub/config';
import type { Server, ServerUsage } from '../servers/server.ts';
import type { Labels, Registry, Sample } from './registry.ts';

export interface UsageParts {
  readonly settings: () => Pick<Settings, 'hub'>;
  readonly active: () => readonly Pick<Server, 'name' | 'user'>[];
  readonly ofServer: (user: string, name: string) => Promise<ServerUsage | undefined>;
  readonly ofUser: (user: string) => Promise<ServerUsage | undefined>;
}

/** What is told of each person, and of each server if the settings say so. */
const figures = [
  ['memory_bytes', 'gauge', 'Memory in use', 'memoryCurrent'],
  ['memory_peak_bytes', 'gauge', 'Most memory that was in use', 'memoryPeak'],
  ['memory_limit_bytes', 'gauge', 'Memory that may be used; absent without a limit', 'memoryMax'],
  ['cpu_seconds_total', 'counter', 'CPU time that was used', 'cpuSeconds'],
  ['tasks', 'gauge', 'Processes and threads', 'tasks'],
  ['io_read_bytes_total', 'counter', 'Bytes read from disks', 'ioReadBytes'],
  ['io_write_bytes_total', 'counter', 'Bytes written to disks', 'ioWriteBytes'],
] as const satisfies ReadonlyArray<readonly [string, 'counter' | 'gauge', string, keyof ServerUsage]>;

interface Row {
  readonly labels: Labels;
  readonly usage: ServerUsage;
}

interface Reading {
  readonly user: readonly Row[];
  readonly server: readonly Row[];
  readonly leftOut: number;
}

const nothing: Reading = { user: [], server: [], leftOut: 0 };

/** Adds what running servers use. Returns what is to be called before each rendering: all figures are then of one reading. */
export function addUsage(registry: Registry, parts: UsageParts): () => void {
  let reading: Promise<Reading> | null = null;
  const read = (): Promise<Reading> => (reading ??= readUsage(parts));
  for (const kind of ['user', 'server'] as const)
    for (const [name, type, help, key] of figures)
      registry.read(
        `tshub_${kind}_${name}`,
        type,
        `${help}, of ${kind === 'user' ? 'all servers of a person' : 'a server'}`,
        async () =>
          (await read())[kind].flatMap(({ labels, usage }): Sample[] => {
            const value = usage[key];
            return value === null ? [] : [{ value, labels }];
          }),
      );
  registry.read(
    'tshub_usage_left_out',
    'gauge',
    'Servers of which usage is not told, since there are more than usage_metrics_max',
    async () => [{ value: (await read()).leftOut }],
  );
  return () => (reading = null);
}

/** Whoever began first is told of: a later start makes nobody's line come and go. */
async function readUsage({ settings, active, ofServer, ofUser }: UsageParts): Promise<Reading> {
  const { usage_metrics: detail, usage_metrics_max: most, authenticate_prometheus: isGuarded } = settings().hub;
  // Where everybody may read, nobody is named.
  if (detail === 'none' || !isGuarded) return nothing;
  const servers = active();
  const told = servers.slice(0, most);
  const users = [...new Set(told.map(({ user }) => user))];
  return {
    user: await rows(users, (user) => ({ user }), ofUser),
    server:
      detail === 'servers'
        ? await rows(
            told,
            ({ user, name }) => ({ user, server: name }),
            ({ user, name }) => ofServer(user, name),
          )
        : [],
    leftOut: servers.length - told.length,
  };
}

// One after the other: reading the kernel's files must not hold up requests.
async function rows<T>(
  items: readonly T[],
  labelsOf: (item: T) => Labels,
  read: (item: T) => Promise<ServerUsage | undefined>,
): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const item of items) {
    const usage = await read(item);
    if (usage !== undefined) found.push({ labels: labelsOf(item), usage });
  }
  return found;
}
