import * as z from 'zod';
import type { Interface } from './interface.ts';

const account = { kind: 'account', account: 'tshub' } as const;
const user = { name: 'user', type: 's' } as const;
const server = { name: 'server', type: 's' } as const;
const service = { name: 'service', type: 's' } as const;

/** The closed list of verbs of the privileged process. Every call is checked for the uid of tshub (root may call too), then against root-owned policy. */
export const spawner1 = {
  busName: 'org.tshub.Spawner1',
  path: '/org/tshub/Spawner1',
  name: 'org.tshub.Spawner1',
  says: 'Starts and stops the units of user servers, for the hub alone.',
  methods: {
    Forget: {
      says: 'Clears a failed unit of a server, so that its name is free.',
      access: account,
      in: [user, server],
      out: [],
    },
    List: {
      says: 'Every unit of a user server that the service manager knows; entries are UnitStatus.',
      access: account,
      in: [],
      out: [{ name: 'servers', type: 'aa{sv}' }],
    },
    ListServices: {
      says: 'Every unit of a service that the service manager knows; entries are ServiceStatus.',
      access: account,
      in: [],
      out: [{ name: 'services', type: 'aa{sv}' }],
    },
    Log: {
      says: 'The last lines of the journal of one server, oldest first; at most 200, none written before since_ms (milliseconds since 1970).',
      access: account,
      in: [user, server, { name: 'lines', type: 'u' }, { name: 'since_ms', type: 't' }],
      out: [{ name: 'lines', type: 'as' }],
    },
    SetLimits: {
      says: 'Changes limits of a running server until it ends, within [live_limits] of root; names are those of liveLimits, values bytes, weights, tasks, or thousandths of a CPU.',
      access: account,
      in: [user, server, { name: 'limits', type: 'a{st}' }],
      out: [],
    },
    Show: {
      says: 'State, result and accounting of one server; a UnitStatus.',
      access: account,
      in: [user, server],
      out: [{ name: 'status', type: 'a{sv}' }],
    },
    Start: {
      says: 'Starts the server of a user as a transient unit and returns when its program runs; a UnitStatus.',
      access: account,
      in: [
        user,
        server,
        { name: 'profile', type: 's' },
        { name: 'options', type: 'a{ss}' },
        { name: 'environment', type: 'a{ss}' },
      ],
      out: [{ name: 'status', type: 'a{sv}' }],
    },
    StartService: {
      says: 'Starts the command that the settings of root give to a service, unless it runs as they say already.',
      access: account,
      in: [service],
      out: [],
    },
    Stop: {
      says: 'Stops the server of a user and returns when its unit is gone.',
      access: account,
      in: [user, server],
      out: [],
    },
    StopService: {
      says: 'Stops the unit of a service that the settings of root do not give a command any more.',
      access: account,
      in: [service],
      out: [],
    },
  },
  signals: {},
  properties: { Version: { says: 'Version of tshub.', type: 's', emits: false } },
} as const satisfies Interface;

/** The limits that can change while a server runs, under the names of their settings in [spawner], and what one of them counts. */
export const liveLimits = {
  cpu_limit: { says: 'CPUs, such as 1.5', unit: 'cpus' },
  cpu_weight: { says: 'share of the CPU under load, 1 to 10000', unit: 'weight' },
  io_weight: { says: 'share of the disks under load, 1 to 10000', unit: 'weight' },
  mem_high: { says: 'memory above which it is slowed down, such as 1800M', unit: 'bytes' },
  mem_limit: { says: 'memory, such as 4G', unit: 'bytes' },
  swap_limit: { says: 'swap, such as 1G or 0', unit: 'bytes' },
  tasks_max: { says: 'processes and threads', unit: 'count' },
} as const satisfies Record<string, { says: string; unit: 'bytes' | 'count' | 'cpus' | 'weight' }>;
export type LiveLimit = keyof typeof liveLimits;

const sizeUnits: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A limit as an administrator writes it in [spawner]: bytes, CPUs, or a whole number; null for what is none. */
export function readLiveLimit(name: LiveLimit, text: string): number | null {
  const { unit } = liveLimits[name];
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([KMGT]?)$/.exec(text);
  if (match === null) return null;
  const [, digits = '', letter = ''] = match;
  if (unit === 'bytes') return Math.round(Number(digits) * (sizeUnits[letter] ?? 1));
  if (letter !== '' || (unit !== 'cpus' && digits.includes('.'))) return null;
  return Number(digits);
}

/** As SetLimits carries it: thousandths of a CPU, and all else as it is. */
export function wireLimit(name: LiveLimit, value: number): bigint {
  return BigInt(Math.round(liveLimits[name].unit === 'cpus' ? value * 1000 : value));
}

/** The variables that a Start may carry; any other name is refused. spawnerd adds the rest itself. */
export const spawnEnvironment = [
  'JPY_API_TOKEN',
  'JUPYTERHUB_ACTIVITY_URL',
  'JUPYTERHUB_API_TOKEN',
  'JUPYTERHUB_API_URL',
  'JUPYTERHUB_BASE_URL',
  'JUPYTERHUB_CLIENT_ID',
  'JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED',
  'JUPYTERHUB_COOKIE_OPTIONS',
  'JUPYTERHUB_HOST',
  'JUPYTERHUB_OAUTH_ACCESS_SCOPES',
  'JUPYTERHUB_OAUTH_CALLBACK_URL',
  'JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES',
  'JUPYTERHUB_OAUTH_SCOPES',
  'JUPYTERHUB_PUBLIC_HUB_URL',
  'JUPYTERHUB_PUBLIC_URL',
  'JUPYTERHUB_SERVER_NAME',
  'JUPYTERHUB_SERVICE_PREFIX',
  'JUPYTERHUB_USER',
] as const;

const optionalCounter = z.bigint().optional();

/** What List, Show and Start tell about a unit. `uid` is who the server runs as, -1 while it does not. */
export const unitStatus = z.object({
  user: z.string(),
  server: z.string(),
  unit: z.string(),
  /** active, activating, deactivating, failed, inactive */
  active: z.string(),
  /** systemd's SubState: running, start-pre, dead, … */
  sub: z.string(),
  /** systemd's Result: success, exit-code, signal, oom-kill, timeout, … */
  result: z.string(),
  /** 1 exited, 2 killed, 3 dumped (0: never ran) and the status or signal that goes with it. */
  exitCode: z.number(),
  exitStatus: z.number(),
  /** 32 hex digits, '' when the unit never ran. */
  invocation: z.string(),
  uid: z.number(),
  /** Where proxyd finds the server: `unix:/run/tshub-servers/<id>/sock`. */
  target: z.string(),
  /** One sentence on why it ended or failed; '' while it runs. */
  reason: z.string(),
  /** A longer sentence for administrators; also of a start that failed a moment ago, whose unit is gone. '' while it runs. */
  detail: z.string().default(''),
  dynamic: z.boolean(),
  /** Accounting in bytes, nanoseconds and tasks; absent when the host does not count. */
  memoryCurrent: optionalCounter,
  memoryPeak: optionalCounter,
  memoryMax: optionalCounter,
  cpuNanoseconds: optionalCounter,
  tasks: optionalCounter,
});
export type UnitStatus = z.infer<typeof unitStatus>;

/** What ListServices tells about a unit. */
export const serviceStatus = z.object({
  service: z.string(),
  unit: z.string(),
  /** As in UnitStatus. */
  active: z.string(),
  sub: z.string(),
  result: z.string(),
  exitCode: z.number(),
  exitStatus: z.number(),
  invocation: z.string(),
  /** 0 while nothing runs. */
  pid: z.number(),
  /** One sentence on why it ended or failed; '' while it runs. */
  reason: z.string(),
});
export type ServiceStatus = z.infer<typeof serviceStatus>;
