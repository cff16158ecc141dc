import * as z from 'zod';
import { seconds, strings } from '../kinds.ts';

/** [login]: who may come in, and how it is checked. */
export const login = z
  .strictObject({
    authenticator: z
      .enum(['pam', 'dummy'])
      .default('pam')
      .meta({ says: '"pam": accounts of this host. "dummy": one password for everybody, for tests only.' }),
    allow_all: z
      .boolean()
      .default(true)
      .meta({ says: 'Everybody who is authenticated may come in (and whom [spawner] permits gets a server).' }),
    allowed_users: strings.default([]).meta({ says: 'With allow_all = false: who may come in.' }),
    allowed_groups: strings
      .default([])
      .meta({ says: 'With allow_all = false: groups of this host whose members may come in.' }),
    blocked_users: strings.default([]).meta({ says: 'Who may not come in, whatever else is said.' }),
    admin_users: strings.default([]).meta({ says: 'Who administers the hub.' }),
    admin_groups: strings
      .default(['tshub-admin'])
      .meta({ says: 'Groups of this host whose members administer the hub.' }),
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
