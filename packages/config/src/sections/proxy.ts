import * as z from 'zod';
import { seconds, size, strings } from '../kinds.ts';

/** [proxy]: the public listener. Its port is the socket unit's: systemctl edit tshub-proxyd.socket. */
export const proxy = z
  .strictObject({
    trusted_proxies: strings.default([]).meta({
      says: 'Addresses of reverse proxies whose X-Forwarded headers are believed, such as "10.0.0.1" or "10.0.0.0/8".',
    }),
    proxy_protocol: z.boolean().default(false).meta({
      says: 'Whether connections of trusted_proxies begin with a PROXY protocol head (version 1 or 2).',
    }),
    remote_user_header: z
      .string()
      .regex(
        /^$|^(?!X-Forwarded-(?:For|Host|Port|Proto)$|X-Real-IP$|X-Scheme$|X-XSRFToken$|X-CSRFToken$)(?:X-|Remote-)[A-Za-z0-9-]+$/i,
        'expected "" or a header such as "X-Remote-User"',
      )
      .default('')
      .meta({
        says: 'Header in which a trusted proxy says who the user is, with authenticator = "remote-user". A process of this host is believed over a UNIX socket only.',
      }),
    max_connections: z
      .number()
      .int()
      .positive()
      .default(8192)
      .meta({ says: 'Connections at once; further ones are closed, after those that idle.' }),
    max_connections_per_address: z.number().int().nonnegative().default(2048).meta({
      says: 'Of those, how many one address (or IPv6 network of 64 bits) may have that is neither this host nor in trusted_proxies; 0: any. A class may share one.',
    }),
    threads: z.number().int().min(0).max(64).default(0).meta({
      says: 'Most threads that serve connections; 0: one for each CPU, but at most 4. The first one accepts them all; a further one starts when those that are there are busy, and has its part of the connections that come from then on. None ends before the proxy does.',
    }),
    headers_timeout: seconds.default(20).meta({ says: 'Seconds for a client to send its request head.' }),
    idle_timeout: seconds.default(75).meta({ says: 'Seconds that a kept-alive connection may idle.' }),
    upstream_timeout: seconds
      .default(0)
      .meta({ says: 'Seconds that a server may be silent within an answer; 0: any.' }),
    connect_timeout: seconds.default(5).meta({ says: 'Seconds to connect to a server.' }),
    max_header_size: size.default(32768).meta({ says: 'Largest request head, in bytes.' }),
    max_body_size: size.default(0).meta({ says: 'Largest request body, such as "1G"; 0: any.' }),
    drain_timeout: seconds.default(300).meta({
      says: 'Seconds that requests and websockets may go on in the old process after a restart of the proxy.',
    }),
  })
  .prefault({});
