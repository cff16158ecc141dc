import * as z from 'zod';
import { headerTable, optionalPath } from '../kinds.ts';

/** [proxy_routes]: routes that an operator adds by the REST API. Nothing here touches the hub's own routes. */
export const proxyRoutes = z
  .strictObject({
    default_target: z.string().default('').meta({
      says: 'Where requests go that no route is for, such as "http://127.0.0.1:8081"; "": to the hub of this host.',
    }),
    error_target: z.string().default('').meta({
      says: 'Who is asked for the page when a target does not answer, such as "http://127.0.0.1:8081/hub/error"; "": nobody.',
    }),
    error_pages: optionalPath.default('').meta({
      says: 'Folder with pages of your own for errors of the proxy: 503.html and the like, and error.html for the rest.',
    }),
    host_routing: z.boolean().default(false).meta({
      says: 'Whether the host that was asked for is the first segment of the path that chooses a route.',
    }),
    headers: headerTable.default({}).meta({ says: 'Headers that requests get, such as { X-Site = "lab" }.' }),
    x_forwarded: z.boolean().default(true).meta({ says: 'Whether requests get X-Forwarded headers.' }),
    prepend_path: z
      .boolean()
      .default(true)
      .meta({ says: 'Whether the path of the target goes before the path asked for.' }),
    include_prefix: z.boolean().default(true).meta({ says: "Whether the route's prefix stays in the path asked for." }),
    change_origin: z.boolean().default(false).meta({ says: 'Whether the Host header becomes that of the target.' }),
    auto_rewrite: z.boolean().default(false).meta({
      says: 'Whether redirects to the target itself get the host that the browser asked for.',
    }),
    protocol_rewrite: z
      .enum(['', 'http', 'https'])
      .default('')
      .meta({ says: 'The scheme that redirects to the target itself get; "": as it is.' }),
    ca_file: optionalPath.default('').meta({
      says: 'Certificates that vouch for https targets; "": those of this host.',
    }),
    certificate_file: optionalPath.default('').meta({
      says: 'Certificate that https targets are shown, for internal TLS; "": none.',
    }),
    key_file: optionalPath.default('').meta({ says: 'Key of certificate_file.' }),
    insecure: z.boolean().default(false).meta({ says: 'Whether certificates of https targets are not looked at.' }),
  })
  .prefault({});
