import * as z from 'zod';
import { seconds, strings } from '../kinds.ts';

/** With the flag that names are matched with. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** [login]: who may come in, and how it is checked. */
export const login = z
  .strictObject({
    authenticator: z.enum(['pam', 'oidc', 'remote-user', 'shared-password', 'guest', 'dummy']).default('pam').meta({
      says: '"pam": accounts of this host. "oidc": a provider such as Keycloak, Google or GitHub, see [oidc]. "remote-user": the web server in front has checked it, see remote_user_header in [proxy]. "shared-password": any name with the password of a class. "guest": anybody, with a name made up. "dummy": one password for everybody, for tests only.',
    }),
    auto_login: z.boolean().default(false).meta({
      says: 'With "oidc": go to the provider at once, without a page with a button before it.',
    }),
    allow_all: z
      .boolean()
      .default(true)
      .meta({ says: 'Everybody who is authenticated may come in (and whom [spawner] permits gets a server).' }),
    allow_existing_users: z.boolean().default(false).meta({
      says: 'With allow_all = false: whom the hub knows already, because an administrator added them, may come in.',
    }),
    allowed_users: strings.default([]).meta({ says: 'With allow_all = false: who may come in.' }),
    allowed_groups: strings
      .default([])
      .meta({ says: 'With allow_all = false: groups (of this host, or of the provider) whose members may come in.' }),
    blocked_users: strings.default([]).meta({ says: 'Who may not come in, whatever else is said.' }),
    auth_refresh_age: seconds.default(300).meta({
      says: 'With authenticator = "pam": seconds after which it is asked again of an active user whether the account is still there and may come in; 0: never.',
    }),
    admin_users: strings.default([]).meta({ says: 'Who administers the hub.' }),
    admin_groups: strings
      .default(['tshub-admin'])
      .meta({ says: 'Groups (of this host, or of the provider) whose members administer the hub.' }),
    username_map: z
      .record(z.string().min(1), z.string().min(1))
      .default({})
      .meta({ says: 'Other names for some: what the authenticator says, and what the hub makes of it.' }),
    username_pattern: z
      .string()
      .refine(isPattern, 'expected "" or a regular expression such as "[a-z][a-z0-9]*"')
      .default('')
      .meta({ says: 'Regular expression that a whole name must match, after username_map; empty: any name.' }),
    manage_groups: z.boolean().default(false).meta({
      says: "At each login a user's groups in the hub become those that the authenticator tells; they cannot be changed otherwise then.",
    }),
    enable_auth_state: z.boolean().default(false).meta({
      says: 'Keep what the authenticator learned at a login (tokens of the provider), encrypted with the keys of the secret auth-state-keys.',
    }),
    guest_limit: z.number().int().positive().default(100).meta({
      says: 'With "guest": how many guests there may be at once; further ones wait until old ones are deleted.',
    }),
    text: z
      .string()
      .max(2000)
      .default('')
      .meta({ says: 'Shown on the login page, above the form. Plain text; an empty line begins a paragraph.' }),
    terms: z.string().max(2000).default('').meta({
      says: 'What people must agree to before they log in, shown beside a box to tick; addresses (https://…) in it become links. Empty: nothing.',
    }),
    bind_to_address: z.boolean().default(true).meta({
      says: 'A login that was begun must go on from the same address. Switch it off where the addresses of browsers change, as in some mobile networks.',
    }),
    failures_before_delay: z
      .number()
      .int()
      .positive()
      .default(5)
      .meta({ says: 'Failed logins of one address or one name before the next ones must wait.' }),
    failure_delay_max: seconds
      .default(300)
      .meta({ says: 'Longest wait after failed logins; the wait doubles from one second.' }),
    failure_window: seconds.default(900).meta({ says: 'Seconds after which a failed login is forgotten.' }),
    concurrent_limit: z
      .number()
      .int()
      .positive()
      .default(32)
      .meta({ says: 'Logins that may be checked at the same time.' }),
    dummy_password: z
      .string()
      .default('')
      .meta({ says: 'With authenticator = "dummy": the password; empty accepts any.' }),
    dummy_is_for_tests_only: z.boolean().default(false).meta({ says: 'Must be true for authenticator = "dummy".' }),
  })
  .refine((value) => value.authenticator !== 'dummy' || value.dummy_is_for_tests_only, {
    message: 'authenticator = "dummy" lets anybody in: it needs dummy_is_for_tests_only = true',
    path: ['authenticator'],
  })
  .prefault({});
