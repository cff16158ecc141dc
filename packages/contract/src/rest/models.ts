import * as z from 'zod';

/** Models of the REST API (peer's contract 2.3 and 2.5). Keys are present only when the caller may see them. */

export const timestamp = z.string().nullable();

export const serverModel = z.object({
  name: z.string(),
  display_name: z.string().nullable(),
  full_name: z.string(),
  last_activity: timestamp,
  started: timestamp,
  pending: z.string().nullable(),
  ready: z.boolean(),
  stopped: z.boolean(),
  url: z.string(),
  user_options: z.record(z.string(), z.unknown()).nullable(),
  progress_url: z.string(),
  full_url: z.string().nullable(),
  full_progress_url: z.string().nullable(),
  /** Ours: why it ended or did not start the last time, one sentence; null when there is nothing to say. */
  last_end: z.string().nullable(),
  /** For holders of admin:server_state. */
  last_end_detail: z.string().nullable().optional(),
  /** Ours: when it will be stopped for being idle or old; null when it will not, or that is not known yet. */
  ends: z
    .object({
      at: timestamp,
      rule: z.enum(['idle', 'age']),
      why: z.string(),
      /** Until when `keep` may put it off, and until when it has. */
      latest: timestamp,
      kept_until: timestamp,
      /** Whether it is so near that its user has been warned. */
      warned: z.boolean(),
    })
    .nullable(),
  state: z.record(z.string(), z.unknown()).optional(),
});
export type ServerModel = z.infer<typeof serverModel>;

/** What servers use, in bytes, seconds and processes; null for what the host does not count or limit. */
export const usageModel = z.object({
  memory: z.number().nullable(),
  memory_peak: z.number().nullable(),
  memory_limit: z.number().nullable(),
  cpu_seconds: z.number().nullable(),
  /** In CPUs: 1.5 is one and a half. */
  cpu_limit: z.number().nullable(),
  tasks: z.number().nullable(),
  tasks_limit: z.number().nullable(),
  io_read_bytes: z.number().nullable(),
  io_write_bytes: z.number().nullable(),
});
export type UsageModel = z.infer<typeof usageModel>;

/** Each server that runs, by name, and all of a user together (null when nothing is counted). */
export const userUsageModel = z.object({
  user: z.string(),
  total: usageModel.nullable(),
  servers: z.record(
    z.string(),
    usageModel.extend({
      /** The last time that memory ran out and a program of the server, which goes on, was killed. */
      last_kill: z.object({ at: timestamp, reason: z.string() }).nullable(),
    }),
  ),
});
export type UserUsageModel = z.infer<typeof userUsageModel>;

export const userModel = z.object({
  kind: z.literal('user').optional(),
  name: z.string().optional(),
  admin: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  groups: z.array(z.string()).optional(),
  server: z.string().nullable().optional(),
  pending: z.string().nullable().optional(),
  created: timestamp.optional(),
  last_activity: timestamp.optional(),
  servers: z.record(z.string(), serverModel).optional(),
  auth_state: z.unknown().optional(),
  user_info: z.unknown().optional(),
});
export type UserModel = z.infer<typeof userModel>;

/** Keys are there as far as the caller may see them. */
export const groupModel = z.object({
  kind: z.literal('group'),
  name: z.string(),
  roles: z.array(z.string()).optional(),
  users: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
export type GroupModel = z.infer<typeof groupModel>;

/** tshub's own: the peer has no API for roles. */
export const roleModel = z.object({
  kind: z.literal('role'),
  name: z.string(),
  description: z.string(),
  scopes: z.array(z.string()),
  /** Who looks after it: the API (''), tshub itself, tshub.toml, or the login. */
  managed: z.enum(['', 'built-in', 'config', 'login']),
  /** Held by each user, whoever is named below. */
  everyone: z.boolean(),
  users: z.array(z.string()),
  groups: z.array(z.string()),
  services: z.array(z.string()),
});
export type RoleModel = z.infer<typeof roleModel>;

export const tokenModel = z.object({
  kind: z.literal('api_token'),
  id: z.string(),
  user: z.string().optional(),
  service: z.string().optional(),
  /** Always empty: a token keeps scopes, not roles. */
  roles: z.array(z.string()),
  /** What it may do now: expanded, and no more than its owner may. */
  scopes: z.array(z.string()),
  created: timestamp,
  last_activity: timestamp,
  expires_at: timestamp,
  note: z.string(),
  session_id: z.string().nullable(),
  oauth_client: z.string(),
});
export type TokenModel = z.infer<typeof tokenModel>;
/** The secret is told once, at the making. */
export const newTokenModel = tokenModel.extend({ token: z.string() });

/** The peer's contract 2.7. `command` and `pid` are of the peer's managed services: here they are units of systemd. */
export const serviceModel = z.object({
  kind: z.literal('service'),
  name: z.string(),
  admin: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  url: z.string().optional(),
  prefix: z.string().optional(),
  command: z.array(z.string()).optional(),
  pid: z.number().optional(),
  info: z.record(z.string(), z.unknown()).optional(),
  display: z.boolean().optional(),
  /** Of a service whose command tshub runs: its unit, as systemd sees it. */
  state: z
    .object({
      unit: z.string(),
      active: z.string(),
      sub: z.string(),
      reason: z.string(),
      invocation_id: z.string(),
    })
    .optional(),
});
export type ServiceModel = z.infer<typeof serviceModel>;

/** `GET /user`: the owner of the credentials, and what they may do. */
const whoAmIExtra = { scopes: z.array(z.string()), token_id: z.string().nullable(), session_id: z.string().nullable() };
export const whoAmIModel = z.union([userModel.extend(whoAmIExtra), serviceModel.extend(whoAmIExtra)]);
export type WhoAmIModel = z.infer<typeof whoAmIModel>;
