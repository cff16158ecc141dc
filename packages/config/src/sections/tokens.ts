import * as z from 'zod';
import { strings } from '../kinds.ts';

/** [tokens.NAME]: tokens for the API that there always are, for automation. Their texts are files that only root and the hub read. */
export const tokens = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of a-z, 0-9, "-" and "_"'),
    z.strictObject({
      user: z.string().min(1).meta({ says: 'Whose it is, made known to the hub if need be.' }),
      scopes: strings.default(['inherit']).meta({
        says: 'What it may do, and never more than its user may. By default all that.',
      }),
      note: z.string().max(200).default('').meta({ says: 'What it is for.' }),
    }),
  )
  .prefault({});
