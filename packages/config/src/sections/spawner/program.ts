import * as z from 'zod';
import { absolutePath, environmentName, hookPath, strings } from '../../kinds.ts';

/** What a server is: its program, and what is around it. */
export const serverProgram = {
  command: z.array(z.string().min(1)).min(1).default(['jupyterhub-singleuser']).meta({
    says: 'Program and arguments of a server. A name without "/" is looked for in extra_paths and the usual folders.',
  }),
  args: strings.default([]).meta({
    says: 'Further arguments. Here and in command, "{socket}" stands for the UNIX socket to listen on (which the program must make writable for its group: mode 0660), "{port}" for the port (transport = "tcp"), "{prefix}" for the path of its URL, "{USERNAME}" and "{SERVERNAME}" for the names; where one of the first two is used, the options of Jupyter that say so are left out.',
  }),
  transport: z.enum(['unix', 'tcp']).default('unix').meta({
    says: 'How the proxy reaches a server: by a UNIX socket that nobody else can reach, or by a port of 127.0.0.1, which every account of this host can connect to.',
  }),
  default_url: z
    .string()
    .regex(/^$|^\//, 'expected "" or a path such as "/lab"')
    .default('')
    .meta({ says: 'Page that a server opens first; empty: its own choice.' }),
  extra_paths: z.array(absolutePath).default([]).meta({ says: 'Folders put in front of PATH.' }),
  environment: z
    .record(environmentName, z.string())
    .default({})
    .meta({ says: 'Further variables of a server, over all others. Every process of the user can read them.' }),
  user_workingdir: z
    .string()
    .regex(/^$|^\//, 'expected "" or an absolute path')
    .default('')
    .meta({ says: 'Working directory; {USERNAME} is replaced; empty: the home directory.' }),
  default_shell: absolutePath.default('/bin/bash').meta({ says: 'Shell of terminals when the account has none.' }),
  pre_start: z.array(hookPath).default([]).meta({
    says: 'Programs that root runs before a server starts, with TSHUB_USER, TSHUB_SERVER, TSHUB_LOGIN and TSHUB_HOME as their environment. One that fails stops the start. Each, and every folder above it, must be writable by root alone.',
  }),
  post_stop: z.array(hookPath).default([]).meta({
    says: 'Programs that root runs after a server has ended, however it did; like pre_start, but a failure is only logged.',
  }),
  pam_session: z.boolean().default(true).meta({
    says: 'Open a PAM session (limits, environment, home directory) with the stack /etc/pam.d/tshub-server.',
  }),
  stop_signal: z.enum(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']).default('SIGINT').meta({
    says: 'Signal that asks a server to stop. jupyter-server asks back at the first SIGINT unless it has no terminal, as here.',
  }),
};
