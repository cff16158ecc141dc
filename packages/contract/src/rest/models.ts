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
  state: z.record(z.string(), z.unknown()).optional(),
});
export type ServerModel = z.infer<typeof serverModel>;

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

export const serviceModel = z.object({
  kind: z.literal('service'),
  name: z.string(),
  admin: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
});

/** `GET /user`: the owner of the credentials, and what they may do. */
const whoAmIExtra = { scopes: z.array(z.string()), token_id: z.string().nullable(), session_id: z.string().nullable() };
export const whoAmIModel = z.union([userModel.extend(whoAmIExtra), serviceModel.extend(whoAmIExtra)]);
export type WhoAmIModel = z.infer<typeof whoAmIModel>;

export const paging = z.object({ offset: z.coerce.number().optional(), limit: z.coerce.number().optional() });
