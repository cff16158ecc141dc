import { hub1, usageEntry, type UsageEntry } from '@tshub/contract';
import type { Context, Input, Outcome, Screen } from '../command.ts';
import { renderTable, type Column } from '../output/table.ts';
import { bytes, span } from '../output/units.ts';
import { understand } from './answer.ts';

const timeoutMs = 30_000;
/** Between the two looks of which the CPU column is the difference. */
const defaultSeconds = 1;

/** What is used now: `cpu` in CPUs, over the time between two looks; undefined for what was not there at the first. */
export interface Load extends UsageEntry {
  readonly cpu: number | undefined;
}

/** What servers use, the busiest first, with the sum of each user who has several. */
export async function showTop(context: Context, { options }: Input): Promise<Outcome> {
  const ask = async () => understand(usageEntry.array(), await context.ask(hub1, timeoutMs, (hub) => hub.ListUsage()));
  const before = await ask();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, defaultSeconds * 1000));
  const loads = loadsOf(before, await ask(), (performance.now() - began) / 1000);
  const shown = options['users'] === true ? loads.filter(({ server }) => server === undefined) : loads;
  return {
    json: { usage: shown.map(loadView) },
    text: (screen) => (shown.length === 0 ? 'No server that you may see is running.' : topTable(shown, screen)),
  };
}

/** Two looks -> what is used now, the busiest first. */
export function loadsOf(before: readonly UsageEntry[], after: readonly UsageEntry[], seconds: number): Load[] {
  const key = ({ user, server }: UsageEntry): string => `${user}/${server ?? '*'}`;
  const first = new Map(before.map((entry) => [key(entry), entry.cpuNanoseconds]));
  return after
    .map((entry) => {
      const then = first.get(key(entry));
      const now = entry.cpuNanoseconds;
      const cpu =
        then === undefined || now === undefined || now < then ? undefined : Number(now - then) / 1e9 / seconds;
      return { ...entry, cpu };
    })
    .toSorted((left, right) => (right.cpu ?? 0) - (left.cpu ?? 0) || compare(right.memoryCurrent, left.memoryCurrent));
}

function compare(left = 0n, right = 0n): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function loadView({ user, server, cpu, ...entry }: Load): Record<string, unknown> {
  return {
    user,
    server: server ?? null,
    cpus: cpu === undefined ? null : Math.round(cpu * 1000) / 1000,
    cpu_nanoseconds: entry.cpuNanoseconds ?? null,
    memory_current: entry.memoryCurrent ?? null,
    memory_peak: entry.memoryPeak ?? null,
    memory_max: entry.memoryMax ?? null,
    tasks: entry.tasks ?? null,
    io_read_bytes: entry.ioReadBytes ?? null,
    io_write_bytes: entry.ioWriteBytes ?? null,
  };
}

function topTable(loads: readonly Load[], screen: Screen): string {
  const amount = (value: bigint | undefined) => (value === undefined ? '–' : bytes(value));
  const columns: Column<Load>[] = [
    { title: 'USER', cell: ({ user }) => user, canShrink: true },
    { title: 'SERVER', cell: ({ server }) => serverCell(server), canShrink: true },
    { title: 'CPU', cell: ({ cpu }) => (cpu === undefined ? '–' : `${Math.round(cpu * 100)} %`) },
    {
      title: 'CPU TIME',
      cell: ({ cpuNanoseconds: time }) => (time === undefined ? '–' : span(Number(time) / 1e9)),
    },
    { title: 'MEMORY', cell: ({ memoryCurrent }) => amount(memoryCurrent) },
    {
      title: 'LIMIT',
      cell: ({ memoryMax }) => amount(memoryMax),
      style: (load) => (isNearLimit(load) ? 'red' : undefined),
    },
    { title: 'PEAK', cell: ({ memoryPeak }) => amount(memoryPeak) },
    { title: 'TASKS', cell: ({ tasks }) => (tasks === undefined ? '–' : String(tasks)) },
    { title: 'READ', cell: ({ ioReadBytes }) => amount(ioReadBytes) },
    { title: 'WRITTEN', cell: ({ ioWriteBytes }) => amount(ioWriteBytes) },
  ];
  return renderTable(loads, columns, screen);
}

function serverCell(server: string | undefined): string {
  if (server === undefined) return '(all)';
  return server === '' ? '(default)' : server;
}

function isNearLimit({ memoryCurrent, memoryMax }: Load): boolean {
  return memoryCurrent !== undefined && memoryMax !== undefined && memoryCurrent * 10n >= memoryMax * 9n;
}
