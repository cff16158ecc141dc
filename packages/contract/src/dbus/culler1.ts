import * as z from 'zod';
import { type Interface, settingsInUse } from './interface.ts';

export const culler1 = {
  busName: 'org.tshub.Culler1',
  path: '/org/tshub/Culler1',
  name: 'org.tshub.Culler1',
  says: 'Stops idle servers, and deletes idle users if the settings say so.',
  methods: {
    CullNow: {
      says: 'Runs a round now; with dry_run nothing is stopped or deleted. Entries are Decision.',
      access: { kind: 'polkit', actions: ['org.tshub.culler.manage'] },
      in: [{ name: 'dry_run', type: 'b' }],
      out: [{ name: 'decisions', type: 'aa{sv}' }],
    },
    GetSettings: {
      says: 'The settings in use, as JSON with secrets hidden, and the keys of those that were read and wait for a restart.',
      access: { kind: 'polkit', actions: ['org.tshub.culler.manage'] },
      in: [],
      out: settingsInUse,
    },
    GetStatus: {
      says: 'Version, settings and the last round; a CullerStatus.',
      access: { kind: 'anyone' },
      in: [],
      out: [{ name: 'status', type: 'a{sv}' }],
    },
  },
  signals: {},
  properties: { Version: { says: 'Version of tshub.', type: 's', emits: false } },
} as const satisfies Interface;

/** Why a server is stopped or kept, or a user deleted or not; `seconds` until it would be (0: now, -1: never). */
export const decision = z.object({
  kind: z.enum(['server', 'user']),
  user: z.string(),
  server: z.string(),
  cull: z.boolean(),
  why: z.string(),
  seconds: z.number(),
  /** What the decision stands on: limits and where they come from, signs of life, what was put off. */
  explain: z.array(z.string()),
});
export type Decision = z.infer<typeof decision>;

export const cullerStatus = z.object({
  version: z.string(),
  enabled: z.boolean(),
  timeout: z.number(),
  every: z.number(),
  /** Milliseconds since 1970, 0 before the first round. */
  lastRound: z.bigint(),
  culled: z.number(),
  problem: z.string(),
});
export type CullerStatus = z.infer<typeof cullerStatus>;
