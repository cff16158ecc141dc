import * as z from 'zod';
import { strings } from '../kinds.ts';

/** [oidc]: the provider that checks who somebody is, with authenticator = "oidc". Its secret is oidc-client-secret, see tshub.toml(5). */
export const oidc = z
  .strictObject({
    provider: z.enum(['generic', 'github', 'google', 'keycloak']).default('generic').meta({
      says: 'What kind of provider it is; decides what is not said below. "generic": anything that speaks OpenID Connect.',
    }),
    issuer: z
      .string()
      .regex(
        /^$|^https:\/\/[^/?#@]+(\/[^?#]*)?$/,
        'expected "" or a URL such as "https://login.example.org/realms/school"',
      )
      .default('')
      .meta({ says: 'Address of the provider. Empty: the public one of "google" and "github".' }),
    client_id: z.string().default('').meta({ says: 'What the provider calls this hub.' }),
    callback_url: z
      .string()
      .regex(/^$|^https?:\/\/[^/?#@]+\/hub\/oauth_callback$/, 'expected "" or a URL that ends in "/hub/oauth_callback"')
      .default('')
      .meta({
        says: 'Where the provider sends browsers back to. Empty: /hub/oauth_callback below public_url, which is needed then.',
      }),
    name: z.string().max(40).default('').meta({ says: 'Name of the provider on the button "Log in with …".' }),
    scopes: strings
      .default([])
      .meta({ says: 'What is asked of the provider; empty: what the kind of provider needs.' }),
    username_claim: z.string().default('').meta({
      says: 'Claim that holds the name; empty: "preferred_username", with "google" "email", with "github" "login".',
    }),
    groups_claim: z.string().default('').meta({
      says: 'Claim that holds the groups; dots lead into it, as in "realm_access.roles". Empty: "groups". With "github" groups are organisations ("org") and teams ("org:team").',
    }),
    allowed_domains: strings.default([]).meta({
      says: 'Domains of which the verified e-mail address must be; empty: any.',
    }),
    strip_domain: z.boolean().default(false).meta({
      says: 'Take "@" and the domain off the name; needs exactly one entry in allowed_domains.',
    }),
  })
  .refine((value) => !value.strip_domain || value.allowed_domains.length === 1, {
    message: 'expected exactly one entry in allowed_domains, or two people could get one name',
    path: ['strip_domain'],
  })
  .prefault({});
