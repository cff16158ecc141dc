import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TshubError } from '@tshub/contract';

const othersMayWrite = 0o022;
const sticky = 0o1000;

/**
 * A folder in which nobody but root can put something else under a name that root uses: neither in it nor above it. Root reopens
 * files there by name, and would follow a link that somebody has put in their place. Throws bad_request.
 */
export async function requireRootsFolder(folder: string): Promise<void> {
  const problem = (found: string): TshubError =>
    new TshubError('bad_request', {
      problem: `${folder}: expected a folder that only root can change, such as /root or /var/backups; ${found}`,
    });
  const real = await realpath(folder).catch((cause: unknown) => {
    throw problem(`found: ${String(cause)}`);
  });
  for (let path = real; ; path = dirname(path)) {
    const { uid, mode } = await stat(path);
    if (uid !== 0) throw problem(`${path} belongs to uid ${uid}`);
    // In a sticky folder, as /tmp is, names of root's are root's.
    if ((mode & othersMayWrite) !== 0 && (mode & sticky) === 0) throw problem(`others may write to ${path}`);
    if (path === '/') return;
  }
}
