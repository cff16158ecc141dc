import * as z from 'zod';

/** [logging] */
export const logging = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .meta({ says: 'Least important messages that the daemons write to the journal.' }),
  })
  .prefault({});
