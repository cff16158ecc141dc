import type { Settings } from '@tshub/config';
import type { UnitProperty } from './unit-properties.ts';

export const infinity = 2n ** 64n - 1n;

/** Limits of one server. */
export function limits(settings: Settings['spawner']): UnitProperty[] {
  const { mem_limit, mem_high, mem_guarantee, swap_limit, cpu_limit, cpu_weight, io_weight, tasks_max } = settings;
  return [
    ['MemoryAccounting', 'b', true],
    ['CPUAccounting', 'b', true],
    ['TasksAccounting', 'b', true],
    ['IOAccounting', 'b', true],
    ...unlessZero('MemoryMax', mem_limit),
    ...unlessZero('MemoryHigh', mem_high),
    ...unlessZero('MemoryLow', mem_guarantee),
    ...swap(swap_limit),
    ...quota(cpu_limit),
    // Said even if it is the default: only then does PID 1 have the kernel share the CPU by persons rather than by processes.
    ['CPUWeight', 't', cpu_weight === 0 ? 100n : BigInt(cpu_weight)],
    ...unlessZero('IOWeight', io_weight),
    ['TasksMax', 't', tasks_max === 0 ? infinity : BigInt(tasks_max)],
  ];
}

/** Limits of the slice of one person; none when nothing is set. */
export function sliceLimits(settings: Settings['spawner']): UnitProperty[] {
  return [
    ...unlessZero('MemoryMax', settings.user_mem_limit),
    ...unlessZero('MemoryHigh', settings.user_mem_high),
    ...unlessZero('MemoryLow', settings.user_mem_guarantee),
    ...swap(settings.user_swap_limit),
    ...quota(settings.user_cpu_limit),
    ...unlessZero('CPUWeight', settings.user_cpu_weight),
    ...unlessZero('IOWeight', settings.user_io_weight),
    ...unlessZero('TasksMax', settings.user_tasks_max),
  ];
}

/** What takes a limit of a slice back; for CPUWeight and IOWeight, infinity is "not set". */
export function noLimit(property: string): UnitProperty {
  return [property, 't', property === 'MemoryLow' ? 0n : infinity];
}

/** A property whose setting of 0 means: leave it alone. */
function unlessZero(property: string, value: number): UnitProperty[] {
  return value === 0 ? [] : [[property, 't', BigInt(value)]];
}

function swap(limit: number | 'infinity'): UnitProperty[] {
  return limit === 'infinity' ? [] : [['MemorySwapMax', 't', BigInt(limit)]];
}

function quota(cpus: number): UnitProperty[] {
  // Below 1 ms of each 100 ms the service manager would round to no limit or refuse.
  return cpus === 0 ? [] : [['CPUQuotaPerSecUSec', 't', BigInt(Math.max(10_000, Math.round(cpus * 1e6)))]];
}
