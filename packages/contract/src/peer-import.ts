import * as z from 'zod';

/** What a JupyterHub knew, as `tshubctl import-jupyterhub` reads it from its database. Times are milliseconds since 1970, null for never. */
export const peerImport = z.strictObject({
  users: z.array(z.strictObject({ name: z.string(), admin: z.boolean(), lastActivity: z.number().nullable() })),
  groups: z.array(
    z.strictObject({
      name: z.string(),
      users: z.array(z.string()),
      properties: z.record(z.string(), z.unknown()),
    }),
  ),
  roles: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      scopes: z.array(z.string()),
      users: z.array(z.string()),
      groups: z.array(z.string()),
      services: z.array(z.string()),
    }),
  ),
  services: z.array(z.strictObject({ name: z.string(), admin: z.boolean() })),
  tokens: z.array(
    z.strictObject({
      owner: z.strictObject({ kind: z.enum(['service', 'user']), name: z.string() }),
      /** `sha512:ROUNDS:SALT:DIGEST`, as the peer keeps it. */
      hash: z.string(),
      /** The first characters of the text. */
      prefix: z.string(),
      scopes: z.array(z.string()),
      note: z.string(),
      created: z.number(),
      expiresAt: z.number().nullable(),
      lastActivity: z.number().nullable(),
    }),
  ),
  shares: z.array(
    z.strictObject({
      user: z.string(),
      server: z.string(),
      with: z.strictObject({ kind: z.enum(['group', 'user']), name: z.string() }),
      scopes: z.array(z.string()),
    }),
  ),
});
export type PeerImport = z.infer<typeof peerImport>;

/** What becomes, or would become, of each thing. */
export const importReport = z.object({
  entries: z.array(
    z.object({
      kind: z.enum(['group', 'role', 'service', 'share', 'token', 'user']),
      name: z.string(),
      /** `same`: it is here already. `skip`: it does not come along, `why` says why. */
      what: z.enum(['add', 'change', 'same', 'skip']),
      why: z.string(),
    }),
  ),
});
export type ImportReport = z.infer<typeof importReport>;
export type ImportEntry = ImportReport['entries'][number];
