import * as z from 'zod';
import { seconds, size } from '../../kinds.ts';

const weight = z.number().int().min(0).max(10000).default(0);
const count = z.number().int().nonnegative();
const swap = z.union([z.literal('infinity'), size]).default('infinity');
const cpus = z.number().nonnegative().max(10000).default(0);

/** What one server may use, and what it is promised. */
export const serverLimits = {
  mem_limit: size.default(0).meta({ says: 'Memory of one server (MemoryMax), such as "2G"; 0: no limit.' }),
  mem_high: size.default(0).meta({ says: 'Memory above which a server is slowed down (MemoryHigh); 0: none.' }),
  mem_guarantee: size.default(0).meta({ says: 'Memory that is not taken from a server (MemoryLow); 0: none.' }),
  swap_limit: swap.meta({ says: 'Swap of one server (MemorySwapMax); "0" for none, "infinity" for any.' }),
  cpu_limit: cpus.meta({ says: 'CPUs that one server may use (CPUQuota), such as 1.5; 0: no limit.' }),
  cpu_guarantee: cpus.meta({
    says: 'CPUs that a server is told it has (CPU_GUARANTEE). Told only: what it gets under load is a matter of cpu_weight. 0: none.',
  }),
  cpu_weight: weight.meta({ says: 'Share of the CPU under load (CPUWeight, 1 to 10000); 0: the default of 100.' }),
  io_weight: weight.meta({ says: 'Share of the disks under load (IOWeight, 1 to 10000); 0: the default of 100.' }),
  tasks_max: count
    .default(4096)
    .meta({ says: 'Processes and threads of one server (TasksMax); 0: no limit of its own.' }),
  runtime_max: seconds.default(0).meta({
    says: 'Seconds after which a server is ended, in use or not (RuntimeMaxSec); 0: never.',
  }),
  oom_policy: z
    .enum(['continue', 'stop', 'kill'])
    .default('continue')
    .meta({ says: 'What becomes of the rest of a server when one of its processes ran out of memory (OOMPolicy).' }),
  log_rate_limit_burst: count.default(5000).meta({
    says: 'Lines that a server may write to the journal within log_rate_limit_interval; more are dropped (LogRateLimitBurst). 0: any number.',
  }),
  log_rate_limit_interval: seconds
    .default(30)
    .meta({ says: 'Seconds in which log_rate_limit_burst counts (LogRateLimitIntervalSec).' }),
};

/** What all servers of one person may use together: limits of the slice in which they run. */
export const userTotals = {
  user_mem_limit: size
    .default(0)
    .meta({ says: 'Memory of all servers of one person together (MemoryMax of their slice); 0: no limit.' }),
  user_mem_high: size
    .default(0)
    .meta({ says: 'Memory above which all servers of one person are slowed down (MemoryHigh); 0: none.' }),
  user_mem_guarantee: size
    .default(0)
    .meta({ says: 'Memory that is not taken from the servers of one person (MemoryLow); 0: none.' }),
  user_swap_limit: swap.meta({ says: 'Swap of all servers of one person together (MemorySwapMax).' }),
  user_cpu_limit: cpus.meta({ says: 'CPUs for all servers of one person together (CPUQuota); 0: no limit.' }),
  user_cpu_weight: weight.meta({
    says: 'Share of the CPU that one person gets under load, however many servers they have (CPUWeight); 0: the default of 100.',
  }),
  user_io_weight: weight.meta({ says: 'The same for disks (IOWeight); 0: the default of 100.' }),
  user_tasks_max: count
    .default(0)
    .meta({ says: 'Processes and threads of all servers of one person together (TasksMax); 0: no limit.' }),
};
