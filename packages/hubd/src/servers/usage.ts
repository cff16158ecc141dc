import type { UnitStatus } from '@tshub/contract';
import type { ServerUsage } from './server.ts';
import { isAlive } from './spawner-link.ts';

/** The accounting of a unit that runs as the service manager tells it, where the kernel's own files cannot be read. */
export function usageOf(status: UnitStatus | undefined): ServerUsage | undefined {
  if (!isAlive(status)) return undefined;
  return {
    memoryCurrent: numberOf(status.memoryCurrent),
    memoryPeak: numberOf(status.memoryPeak),
    memoryMax: numberOf(status.memoryMax),
    cpuSeconds: status.cpuNanoseconds === undefined ? null : Number(status.cpuNanoseconds) / 1e9,
    cpuLimit: null,
    tasks: numberOf(status.tasks),
    tasksMax: null,
    ioReadBytes: null,
    ioWriteBytes: null,
  };
}

function numberOf(counter: bigint | undefined): number | null {
  return counter === undefined ? null : Number(counter);
}
