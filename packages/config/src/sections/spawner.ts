import * as z from 'zod';
import { absolutePath, environmentName, seconds, size, strings, unitPath } from '../kinds.ts';

/** [spawner]: what a user server is, and what it may do. Read by spawnerd itself; the hub cannot change any of it. Names follow systemdspawner. */
export const spawner = z
  .strictObject({
    command: z.array(z.string().min(1)).min(1).default(['jupyterhub-singleuser']).meta({
      says: 'Program and arguments of a server. A name without "/" is looked for in extra_paths and the usual folders.',
    }),
    args: strings.default([]).meta({
      says: 'Further arguments. "{socket}" here or in command stands for the UNIX socket to listen on; where it is used, the options of Jupyter that say so are left out.',
    }),
    default_url: z
      .string()
      .regex(/^$|^\//, 'expected "" or a path such as "/lab"')
      .default('')
      .meta({ says: 'Page that a server opens first; empty: its own choice.' }),
    mem_limit: size.default(0).meta({ says: 'Memory of one server (MemoryMax), such as "2G"; 0: no limit.' }),
    mem_high: size.default(0).meta({ says: 'Memory above which a server is slowed down (MemoryHigh); 0: none.' }),
    mem_guarantee: size.default(0).meta({ says: 'Memory that is not taken from a server (MemoryLow); 0: none.' }),
    swap_limit: z
      .union([z.literal('infinity'), size])
      .default('infinity')
      .meta({ says: 'Swap of one server (MemorySwapMax); "0" for none, "infinity" for any.' }),
    cpu_limit: z
      .number()
      .nonnegative()
      .default(0)
      .meta({ says: 'CPUs that one server may use (CPUQuota), such as 1.5; 0: no limit.' }),
    cpu_weight: z
      .number()
      .int()
      .min(0)
      .max(10000)
      .default(0)
      .meta({ says: 'Share of the CPU under load (CPUWeight, 1 to 10000); 0: the default of 100.' }),
    io_weight: z
      .number()
      .int()
      .min(0)
      .max(10000)
      .default(0)
      .meta({ says: 'Share of the disks under load (IOWeight, 1 to 10000); 0: the default of 100.' }),
    tasks_max: z
      .number()
      .int()
      .nonnegative()
      .default(4096)
      .meta({ says: 'Processes and threads of one server (TasksMax); 0: no limit of its own.' }),
    isolate_tmp: z.boolean().default(true).meta({ says: 'A /tmp of its own (PrivateTmp).' }),
    isolate_devices: z.boolean().default(false).meta({ says: 'No real devices (PrivateDevices); leave off for GPUs.' }),
    disable_user_sudo: z
      .boolean()
      .default(true)
      .meta({ says: 'No sudo and no setuid programs in a server (NoNewPrivileges).' }),
    readonly_paths: z
      .array(unitPath)
      .default([])
      .meta({ says: 'Paths that a server cannot write (ReadOnlyPaths); "-" in front if they may be missing.' }),
    readwrite_paths: z
      .array(unitPath)
      .default([])
      .meta({ says: 'Paths that stay writable below readonly_paths (ReadWritePaths).' }),
    extra_paths: z.array(absolutePath).default([]).meta({ says: 'Folders put in front of PATH.' }),
    environment: z
      .record(environmentName, z.string())
      .default({})
      .meta({ says: 'Further variables of a server, over all others. Every process of the user can read them.' }),
    user_workingdir: z
      .string()
      .regex(/^$|^\//, 'expected "" or an absolute path')
      .default('')
      .meta({ says: 'Working directory; {user} is replaced; empty: the home directory.' }),
    default_shell: absolutePath.default('/bin/bash').meta({ says: 'Shell of terminals when the account has none.' }),
    dynamic_users: z.boolean().default(false).meta({
      says: 'Servers run as users that systemd makes up (DynamicUser), with a state directory of their own, and need no account.',
    }),
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
    start_timeout: seconds.default(60).meta({ says: 'Seconds for the unit to start.' }),
    http_timeout: seconds.default(60).meta({ says: 'Seconds for a started server to answer.' }),
    stop_signal: z.enum(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']).default('SIGINT').meta({
      says: 'Signal that asks a server to stop. jupyter-server asks back at the first SIGINT unless it has no terminal, as here.',
    }),
    stop_timeout: seconds.default(20).meta({ says: 'Seconds to stop before it is killed.' }),
    oom_policy: z
      .enum(['continue', 'stop', 'kill'])
      .default('continue')
      .meta({ says: 'What becomes of the rest of a server when one of its processes ran out of memory (OOMPolicy).' }),
    pam_session: z.boolean().default(true).meta({
      says: 'Open a PAM session (limits, environment, home directory) with the stack /etc/pam.d/tshub-server.',
    }),
  })
  .prefault({});
