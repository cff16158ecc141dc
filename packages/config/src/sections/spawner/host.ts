import * as z from 'zod';
import { seconds, strings } from '../../kinds.ts';

/** Who may have a server and as whom it runs, and how long things may take: the same for everybody. */
export const hostSettings = {
  username_template: z
    .string()
    .regex(/^[^{}/]*\{USERNAME\}[^{}/]*$/, 'expected a text with {USERNAME} in it, once')
    .default('{USERNAME}')
    .meta({ says: 'Account that a server runs as, made from the name of the user, such as "jupyter-{USERNAME}".' }),
  dynamic_users: z.boolean().default(false).meta({
    says: 'Servers run as users that systemd makes up (DynamicUser), with a state directory of their own, and need no account.',
  }),
  guest_users: z.boolean().default(false).meta({
    says: 'Whoever has no account of this host is a guest: with an account, a home and a shell for as long as their server runs, and nothing afterwards. Needs libnss-systemd.',
  }),
  create_accounts: z.boolean().default(false).meta({
    says: 'Whoever has no account of this host gets one when a server of theirs first starts (useradd), without a password. Only for names of small letters, digits, "-" and "_".',
  }),
  new_account_groups: strings.default([]).meta({ says: 'Groups of accounts that create_accounts makes.' }),
  min_uid: z.number().int().min(1).default(1000).meta({ says: 'Lowest uid that may have a server. Root never may.' }),
  max_uid: z.number().int().max(4294967293).default(60000).meta({ says: 'Highest uid that may have a server.' }),
  allowed_groups: strings
    .default([])
    .meta({ says: 'Groups of which a user must be in one to have a server; empty: any.' }),
  denied_users: strings.default(['nobody']).meta({ says: 'Accounts that never have a server.' }),
  max_servers: z
    .number()
    .int()
    .positive()
    .default(1000)
    .meta({ says: 'Units that may run at once, whatever the hub asks for.' }),
  slice: z
    .string()
    .regex(/^[A-Za-z0-9_.:]+(-[A-Za-z0-9_.:]+)*\.slice$/, 'expected the name of a slice such as "students.slice"')
    .default('tshub-users.slice')
    .meta({ says: 'Slice of all servers. Each person has one below it: tshub-users-ada.slice.' }),
  tcp_port_min: z.number().int().min(1024).max(65535).default(20000).meta({
    says: 'Ports of servers with transport = "tcp": the lowest. They should lie outside net.ipv4.ip_local_port_range.',
  }),
  tcp_port_max: z.number().int().min(1024).max(65535).default(29999).meta({ says: 'Those ports: the highest.' }),
  start_timeout: seconds.default(60).meta({ says: 'Seconds for the unit to start.' }),
  http_timeout: seconds.default(60).meta({ says: 'Seconds for a started server to answer.' }),
  stop_timeout: seconds.default(20).meta({ says: 'Seconds to stop before it is killed.' }),
};
