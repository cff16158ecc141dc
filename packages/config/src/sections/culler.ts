import * as z from 'zod';
import { seconds } from '../kinds.ts';

/** [culler]: when idle servers are stopped. Names and rules follow jupyterhub-idle-culler. */
export const culler = z
  .strictObject({
    enabled: z.boolean().default(true).meta({ says: 'Whether idle servers are stopped at all.' }),
    timeout: seconds.min(1).default(3600).meta({ says: 'Seconds without activity after which a server is stopped.' }),
    cull_every: seconds
      .default(0)
      .meta({ says: 'Seconds between two rounds; 0: half of timeout, at most 10 minutes.' }),
    max_age: seconds
      .default(0)
      .meta({ says: 'Seconds after which a server is stopped even if it is active; 0: never.' }),
    cull_default_servers: z.boolean().default(true).meta({ says: 'Whether default servers are stopped.' }),
    cull_named_servers: z.boolean().default(true).meta({ says: 'Whether named servers are stopped.' }),
    keep_for: seconds.default(14_400).meta({
      says: 'Seconds beyond these limits for which a user may keep a server ("Keep it" on the home page); 0: none.',
    }),
    warn_before: seconds
      .default(600)
      .meta({ says: 'Seconds before the end at which its user is warned, at most half of the limit; 0: no warning.' }),
    concurrency: z.number().int().positive().default(10).meta({ says: 'Stops under way at the same time.' }),
  })
  .prefault({});
