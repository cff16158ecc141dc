import type { PeerCredentials } from './addon.ts';
import { addon } from './load.ts';

/** A further descriptor of what `fd` is open for (F_DUPFD_CLOEXEC); whoever takes it closes it. Throws EBADF or EMFILE. */
export function duplicate(fd: number): number {
  return addon.duplicate(fd);
}

/** Has the kernel end this process in so many seconds, whatever its event loop does; 0: no more. */
export function endAfter(seconds: number): void {
  addon.endAfter(seconds);
}

/** Who is at the other end of the UNIX socket `fd` (SO_PEERCRED: as of its connect or listen). Throws for anything else. */
export function peerCredentials(fd: number): PeerCredentials {
  return addon.peerCredentials(fd);
}

/** Whether this process may leave a core dump and be traced by others of its user (PR_SET_DUMPABLE). */
export function setDumpable(allowed: boolean): void {
  addon.setDumpable(allowed);
}

/** Zeroes bytes that held a secret. */
export function wipe(bytes: Uint8Array): void {
  addon.wipe(bytes);
}
