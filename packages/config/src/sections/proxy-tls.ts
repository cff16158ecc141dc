import * as z from 'zod';
import { absolutePath, optionalPath, seconds } from '../kinds.ts';

/** [proxy_tls]: TLS on the public listener. A connection that does not begin with it is sent to https. */
export const proxyTls = z
  .strictObject({
    mode: z.enum(['off', 'files', 'self-signed', 'acme']).default('off').meta({
      says: '"files": the certificates below. "self-signed": one of our own making, which browsers warn about; tshubctl status shows its fingerprint. "acme": from an authority such as Let\'s Encrypt.',
    }),
    certificates: z
      .array(z.strictObject({ certificate: absolutePath, key: absolutePath }))
      .default([])
      .meta({
        says: 'Files in PEM, such as [{ certificate = "/…/fullchain.pem", key = "/…/privkey.pem" }]; the first is for whoever asks for no name. Read again when they change.',
      }),
    acme_domains: z
      .array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'expected a name such as "hub.example.org"'))
      .default([])
      .meta({ says: 'Names that mode "acme" gets a certificate for; port 80 of each must lead here.' }),
    acme_agree: z.boolean().default(false).meta({
      says: 'Whether you agree to the terms of the authority; it gives no certificate without.',
    }),
    acme_email: z.string().default('').meta({ says: 'Where the authority may write to; "": nowhere.' }),
    acme_directory: z
      .url({ protocol: /^https?$/ })
      .default('https://acme-v02.api.letsencrypt.org/directory')
      .meta({
        says: 'The authority, by the address of its ACME directory.',
      }),
    min_version: z.enum(['1.2', '1.3']).default('1.2').meta({ says: 'Oldest version of TLS that is spoken.' }),
    ciphers: z.string().default('').meta({ says: 'Ciphers of TLS 1.2 as OpenSSL lists them; "": those of Node.' }),
    client_ca_file: optionalPath.default('').meta({
      says: 'Certificates that vouch for those of browsers, which then need one; "": browsers need none.',
    }),
    hsts_max_age: seconds.default(0).meta({
      says: 'Seconds for which browsers shall use https only (Strict-Transport-Security); 0: they are not told.',
    }),
    redirect_port: z.number().int().min(0).max(65_535).default(0).meta({
      says: 'Port of the https address that http is sent to; 0: 443 for requests to port 80, else the port asked.',
    }),
  })
  .prefault({});
