import * as z from 'zod';
import { seconds } from '../kinds.ts';

/** [hub]: what people see, how long things last, how much at once. */
export const hub = z
  .strictObject({
    name: z.string().min(1).max(80).default('tshub').meta({ says: 'Name shown on every page.' }),
    public_url: z
      .string()
      .regex(/^$|^https?:\/\/[^/]+\/?$/, 'expected "" or a URL such as "https://hub.example.org"')
      .default('')
      .meta({
        says: 'What browsers see, for example "https://hub.example.org". Empty: whatever the browser asked for.',
      }),
    db_url: z
      .string()
      .regex(
        /^$|^postgres(ql)?:\/\/(?![^/]*:[^/]*@)/,
        'expected "" or a URL such as "postgresql:///tshub?host=/run/postgresql", without a password: this file can be read by all',
      )
      .default('')
      .meta({
        says: 'Database of the hub: empty for SQLite in /var/lib/tshub, or the URL of a PostgreSQL database such as "postgresql:///tshub?host=/run/postgresql". Passwords are no part of it.',
      }),
    jupyterhub_version: z
      .string()
      .regex(/^\d+\.\d+\.\d+([abc.+-][0-9A-Za-z.+-]*)?$/, 'expected a version such as "5.5.1"')
      .default('5.5.1')
      .meta({
        says: 'JupyterHub version told to servers and clients (header X-JupyterHub-Version); must be readable as PEP 440.',
      }),
    redirect_to_server: z
      .boolean()
      .default(true)
      .meta({ says: 'After a login go to the own server (started if need be) rather than to the home page.' }),
    allow_named_servers: z
      .boolean()
      .default(false)
      .meta({ says: 'Whether people may have more servers than the default one.' }),
    named_server_limit_per_user: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .meta({ says: 'How many named servers one person may have; 0: any number.' }),
    active_server_limit: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .meta({ says: 'How many servers may run at once on this host; 0: any number.' }),
    concurrent_spawn_limit: z
      .number()
      .int()
      .positive()
      .default(100)
      .meta({ says: 'How many servers may be starting at once; more wait for their turn.' }),
    spawn_queue_limit: z.number().int().nonnegative().default(1000).meta({
      says: 'How many starts may wait for their turn; whoever comes then is asked to try again later. 0: none waits.',
    }),
    slow_spawn_timeout: seconds
      .default(10)
      .meta({ says: 'Seconds that the API waits for a start before it answers 202.' }),
    slow_stop_timeout: seconds
      .default(10)
      .meta({ says: 'Seconds that the API waits for a stop before it answers 202.' }),
    cookie_max_age_days: z.number().positive().default(14).meta({ says: 'Days that a login lasts.' }),
    cookie_host_prefix: z.boolean().default(false).meta({
      says: 'Name the login cookie with "__Host-", so that no other host of the domain can set it; needs https in public_url.',
    }),
    cookie_same_site: z.enum(['lax', 'strict']).default('lax').meta({
      says: 'SameSite of the cookies of the hub and of servers. "strict": a link from another site finds nobody logged in.',
    }),
    shutdown_on_logout: z.boolean().default(false).meta({ says: "Whether a logout stops the user's servers." }),
    oauth_token_expires_in: seconds.default(0).meta({
      says: 'Seconds that a token of a login at a server or service lasts; 0: as long as a login.',
    }),
    oauth_require_pkce: z.boolean().default(false).meta({
      says: 'Whether logins at servers and services need a PKCE challenge. Clients of JupyterHub 6 send one, those of 5 do not.',
    }),
    authenticate_prometheus: z.boolean().default(true).meta({
      says: 'Whether /hub/metrics needs a token with the scope read:metrics; with false, everybody who reaches the hub may read it.',
    }),
    usage_metrics: z.enum(['none', 'users', 'servers']).default('users').meta({
      says: 'What /hub/metrics tells of memory, CPU, tasks and IO: of each person with servers that run, of each server too, or of nobody. Names are told only with authenticate_prometheus.',
    }),
    usage_metrics_max: z.number().int().nonnegative().default(500).meta({
      says: 'Most servers of which it tells; tshub_usage_left_out counts the others.',
    }),
    last_activity_interval: seconds
      .default(60)
      .meta({ says: 'Seconds between two readings of the proxy for activity.' }),
    activity_resolution: seconds
      .default(30)
      .meta({ says: 'Seconds within which further activity of a token is not written down.' }),
    token_expires_in_max_seconds: seconds.int().default(0).meta({
      says: 'Longest life of a token that is made over the API, in seconds, also when none is asked for; 0: any.',
    }),
    api_page_default_limit: z
      .number()
      .int()
      .positive()
      .default(50)
      .meta({ says: 'Items on a page of a list when the client does not say.' }),
    api_page_max_limit: z.number().int().positive().default(200).meta({ says: 'Most items on a page of a list.' }),
  })
  .prefault({});
