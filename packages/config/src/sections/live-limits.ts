import * as z from 'zod';
import { size } from '../kinds.ts';

/** [live_limits]: how far the hub may raise the limits of a server that runs. Read by spawnerd itself, like [spawner]. */
export const liveLimits = z
  .strictObject({
    mem_limit: size.default(0).meta({
      says: 'Most memory that "tshubctl server set-limit" may give to a running server; 0: no more than [spawner] mem_limit. The same bound holds for mem_high.',
    }),
    swap_limit: size.default(0).meta({ says: 'Most swap; 0: no more than [spawner] swap_limit.' }),
    cpu_limit: z.number().nonnegative().default(0).meta({ says: 'Most CPUs; 0: no more than [spawner] cpu_limit.' }),
    tasks_max: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .meta({ says: 'Most processes and threads; 0: no more than [spawner] tasks_max.' }),
    weight: z
      .number()
      .int()
      .min(0)
      .max(10000)
      .default(100)
      .meta({ says: 'Highest cpu_weight and io_weight, if [spawner] does not give a higher one.' }),
  })
  .prefault({});
