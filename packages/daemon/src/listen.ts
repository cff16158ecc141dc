import { unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';

export interface InheritedSocket {
  readonly fd: number;
  /** FileDescriptorName= of the socket unit; systemd's default is the unit's name. */
  readonly name: string;
}

const firstFd = 3;

/** The listening sockets that systemd handed over (sd_listen_fds(3)); takes LISTEN_* out of `env`. None when they are for another process. */
export function inheritedSockets(env: NodeJS.ProcessEnv = process.env, pid: number = process.pid): InheritedSocket[] {
  const { LISTEN_PID: meant, LISTEN_FDS: count = '', LISTEN_FDNAMES: names = '' } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID']) delete env[name];
  if (meant !== String(pid) || !/^\d{1,4}$/.test(count)) return [];
  const nameList = names.split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({
    fd: firstFd + index,
    name: nameList[index] || 'unknown',
  }));
}

/** Where to listen: an inherited descriptor, a UNIX socket (`mode` is exact from its first moment), or TCP. */
export type ListenAddress =
  | { readonly fd: number }
  | { readonly path: string; readonly mode?: number }
  | { readonly host: string; readonly port: number };

/** Starts listening; rejects with Node's error (`EADDRINUSE`, …). A socket file that nobody listens on any more is replaced. */
export async function listenOn(server: Server, address: ListenAddress): Promise<void> {
  if ('path' in address) await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    const settle = (action: () => void) => () => {
      server.off('error', onError);
      server.off('listening', onListening);
      action();
    };
    const onListening = settle(resolve);
    const onError = (error: Error) => settle(() => reject(error))();
    server.once('error', onError);
    server.once('listening', onListening);
    if (!('path' in address)) server.listen(address);
    else withMode(address.mode, () => server.listen({ path: address.path }));
  });
}

// bind(2) happens inside listen(), so the umask around it decides the mode; a chmod afterwards would leave a gap.
function withMode(mode: number | undefined, bind: () => void): void {
  if (mode === undefined) {
    bind();
    return;
  }
  const before = process.umask(0o777 & ~mode);
  try {
    bind();
  } finally {
    process.umask(before);
  }
}

async function removeStaleSocket(path: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  if (code === 'ECONNREFUSED') unlinkSync(path);
}
