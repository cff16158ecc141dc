import * as z from 'zod';
import { bare, seconds } from '../kinds.ts';

const weight = z.number().min(0).max(1);

/** What may differ from server to server. */
const limits = {
  enabled: z.boolean().default(true).meta({ says: 'Whether idle servers are stopped at all.' }),
  timeout: seconds.min(1).default(3600).meta({ says: 'Seconds without activity after which a server is stopped.' }),
  max_age: seconds.default(0).meta({ says: 'Seconds after which a server is stopped even if it is active; 0: never.' }),
  keep_for: seconds.default(14_400).meta({
    says: 'Seconds beyond timeout, and also beyond max_age, for which a user may keep a server ("Keep it" on the home page); 0: none, and both limits are firm.',
  }),
  warn_before: seconds
    .default(600)
    .meta({ says: 'Seconds before the end at which its user is warned, at most half of the limit; 0: no warning.' }),
  weight_requests: weight.default(1).meta({
    says: 'What requests and data in websockets count for: a server is kept for timeout times this after the last, so 1 is all of it and 0.5 half; 0: they do not count.',
  }),
  weight_kernels: weight.default(1).meta({
    says: 'The same for what the server itself reports: its kernels at work, its terminals.',
  }),
  weight_cpu: weight.default(0).meta({
    says: 'The same for the CPU that all programs of the server use, from cpu_threshold on: 1 keeps computations that say nothing.',
  }),
  cpu_threshold: z
    .number()
    .positive()
    .default(0.05)
    .meta({ says: 'CPUs in use on average between two rounds that are activity; 0.05 is 5 % of one.' }),
};
const overrides = z.strictObject(bare(limits));

/** [culler]: when idle servers are stopped. Names and rules follow jupyterhub-idle-culler. */
export const culler = z
  .strictObject({
    ...limits,
    cull_every: seconds
      .default(0)
      .meta({ says: 'Seconds between two rounds; 0: half of timeout, at most 10 minutes.' }),
    cull_default_servers: z.boolean().default(true).meta({ says: 'Whether default servers are stopped.' }),
    cull_named_servers: z.boolean().default(true).meta({ says: 'Whether named servers are stopped.' }),
    remove_named_servers: z
      .boolean()
      .default(false)
      .meta({ says: 'Whether named servers that are stopped are forgotten as well, with their options and shares.' }),
    cull_users: z.boolean().default(false).meta({
      says: 'Whether users without servers are deleted from the hub when they have been idle for user_timeout. Accounts of the host and homes stay.',
    }),
    cull_admin_users: z.boolean().default(false).meta({
      says: 'Whether cull_users deletes administrators as well; in jupyterhub-idle-culler the default is true.',
    }),
    cull_guests: z.boolean().default(true).meta({
      says: 'Whether guests (authenticator = "guest") without servers are deleted when they have been idle for user_timeout.',
    }),
    user_timeout: seconds
      .default(0)
      .meta({ says: 'Seconds without activity after which users are deleted; 0: timeout.' }),
    memory_pressure: z.number().min(0).max(100).default(0).meta({
      says: 'Percent of time (memory.pressure, "some", last 10 s) that servers wait for memory, from which on the idlest is stopped, one after the other; 0: never.',
    }),
    memory_pressure_idle: seconds
      .default(600)
      .meta({ says: 'Seconds without activity after which a server may be stopped for memory_pressure.' }),
    concurrency: z
      .number()
      .int()
      .nonnegative()
      .default(10)
      .meta({ says: 'Stops under way at the same time; 0: any number.' }),
    api_page_size: z.number().int().min(0).max(1000).default(0).meta({
      says: 'Users that are asked for at once, for cull_users and cull_guests; 0: 1000. Servers come all at once.',
    }),
    profiles: z.record(z.string().min(1), overrides).default({}).meta({
      says: 'Limits for servers of a profile: [culler.profiles.NAME]. See CULLER.',
    }),
    groups: z.record(z.string().min(1), overrides).default({}).meta({
      says: 'Limits for members of a group of the hub: [culler.groups.NAME]. See CULLER.',
    }),
    users: z.record(z.string().min(1), overrides).default({}).meta({
      says: 'Limits for servers of one person: [culler.users.NAME]. See CULLER.',
    }),
    servers: z.record(z.string().min(1), overrides).default({}).meta({
      says: 'Limits for named servers: [culler.servers.NAME], or of one person: [culler.servers."USER/NAME"]. See CULLER.',
    }),
  })
  .prefault({});
