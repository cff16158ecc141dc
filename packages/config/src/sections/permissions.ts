import * as z from 'zod';
import { strings } from '../kinds.ts';

const customName = z
  .string()
  .regex(/^custom:[a-z0-9][a-z0-9_\-*:]+[a-z0-9_*]$/, 'expected a name such as "custom:grades:read"');

/** [custom_scopes]: made up for services of one's own; the hub enforces nothing with them. */
export const customScopes = z
  .record(
    customName,
    z.strictObject({
      description: z.string().min(1).meta({ says: 'What people are asked to allow.' }),
      subscopes: z.array(customName).default([]).meta({ says: 'Custom scopes that it includes.' }),
    }),
  )
  .superRefine((scopes, ctx) => {
    for (const [name, { subscopes }] of Object.entries(scopes)) {
      for (const [index, sub] of subscopes.entries()) {
        if (Object.hasOwn(scopes, sub)) continue;
        ctx.addIssue({
          code: 'custom',
          path: [name, 'subscopes', index],
          message: 'expected a custom scope that is defined',
          input: sub,
        });
      }
    }
  })
  .prefault({});

/** [groups.NAME]: groups of the hub that there always are. Their members here come on top of those added at runtime. */
export const groups = z
  .record(
    z.string().min(1).max(255),
    z.strictObject({
      users: strings.default([]).meta({ says: 'Users who are in it, made known to the hub if need be.' }),
      properties: z
        .record(z.string(), z.unknown())
        .default({})
        .meta({ says: 'Free for programs that read the group.' }),
    }),
  )
  .prefault({});

/** [roles.NAME]: what may be done, and by whom. Members given here are exact; a role that is no longer here is gone. */
export const roles = z
  .record(
    z
      .string()
      .regex(
        /^[a-z][a-z0-9\-_~.]{1,253}[a-z0-9]$/,
        'expected 3 to 255 characters of a-z, 0-9, "-_~.", beginning with a letter',
      ),
    z.strictObject({
      description: z.string().optional().meta({ says: 'For people who read the list of roles.' }),
      scopes: strings.optional().meta({ says: 'What it allows; see tshub-scopes in the reference.' }),
      users: strings.optional().meta({ says: 'Users who hold it; left out: none, and everybody for "user".' }),
      groups: strings.default([]).meta({ says: 'Groups whose members hold it.' }),
      services: strings.default([]).meta({ says: 'Services that hold it.' }),
    }),
  )
  .superRefine((all, ctx) => {
    for (const key of ['description', 'scopes'] as const) {
      if (all['admin']?.[key] === undefined) continue;
      ctx.addIssue({
        code: 'custom',
        path: ['admin', key],
        message: 'the role admin allows everything; only who holds it can be said',
      });
    }
  })
  .prefault({});
