import * as z from 'zod';
import { bare } from '../../kinds.ts';
import { hostSettings } from './host.ts';
import { serverLimits, userTotals } from './limits.ts';
import { serverProgram } from './program.ts';
import { serverSandbox } from './sandbox.ts';

/** What may differ from server to server: for groups, users and profiles. */
export const serverSettings = { ...serverProgram, ...serverLimits, ...serverSandbox };

/** Settings without defaults, to be laid over others. */
const overrides = z.strictObject(bare({ ...serverSettings, ...userTotals }));

/** [spawner]: what a user server is, and what it may do. Read by spawnerd itself; the hub cannot change any of it. Names follow systemdspawner. */
export const spawner = z
  .strictObject({
    ...serverSettings,
    ...userTotals,
    ...hostSettings,
    groups: z.record(z.string().min(1), overrides).default({}).meta({
      says: 'Settings for members of a group of this host: [spawner.groups.NAME]. See OVERRIDES.',
    }),
    users: z.record(z.string().min(1), overrides).default({}).meta({
      says: 'Settings for one person: [spawner.users.NAME]. See OVERRIDES.',
    }),
  })
  .refine(({ tcp_port_min, tcp_port_max }) => tcp_port_min <= tcp_port_max, {
    message: 'expected at least tcp_port_min',
    path: ['tcp_port_max'],
  })
  .superRefine((spawner, ctx) => {
    const [first, second] = (['create_accounts', 'dynamic_users', 'guest_users'] as const).filter(
      (key) => spawner[key],
    );
    if (first === undefined || second === undefined) return;
    ctx.addIssue({
      code: 'custom',
      message: `expected not more than one of ${first} and ${second}`,
      path: [second],
      input: true,
    });
  })
  .prefault({});
