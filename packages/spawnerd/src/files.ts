import {
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { rootOnlyProblem } from '@tshub/config';

/** What became of looking at a path: `hidden` when this process may not see it, though PID 1 might. */
export type Sight = 'there' | 'missing' | 'hidden';

/**
 * The file system as spawnerd uses it; tests bring their own. What it writes, reads again and removes is below /run, in memory: a call that takes
 * microseconds is not handed to another thread, which takes ten times as many. Programs may lie anywhere, and are looked at from there.
 */
export interface Files {
  /** Makes a file that did not exist, readable by root alone. */
  readonly writeSecret: (path: string, text: string) => Promise<void>;
  /** The text of a file; null when it is missing. */
  readonly read: (path: string) => Promise<string | null>;
  /** Why others than root could change a program, as a sentence; null when root alone can. */
  readonly rootOnly: (path: string) => string | null;
  /** Makes a file that everybody can read; false when there is one already. */
  readonly writeNew: (path: string, text: string) => Promise<boolean>;
  /** Removes a file; one that is not there is fine. */
  readonly remove: (path: string) => Promise<void>;
  /** Names in a folder; none when it is missing. The folder is made if need be, for root alone. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  readonly look: (path: string) => Promise<Sight>;
  /** Like look, for a regular file that may be executed; a file without that right counts as missing. */
  readonly lookExecutable: (path: string) => Promise<Sight>;
}

export const systemFiles: Files = {
  writeSecret: async (path, text) => {
    write(path, text, 0o600);
  },
  writeNew: async (path, text) => {
    try {
      write(path, text, 0o644);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  },
  read: async (path) => {
    try {
      if (isMissing(path)) return null;
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  },
  rootOnly: (path) => rootOnlyProblem(path),
  remove: async (path) => {
    try {
      if (isMissing(path)) return;
      unlinkSync(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  },
  list: async (folder) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return readdir(folder);
  },
  look: (path) => sight(async () => void (await stat(path))),
  lookExecutable: (path) =>
    sight(async () => {
      const found = await stat(path);
      if (!found.isFile() || (found.mode & 0o111) === 0)
        throw Object.assign(new Error('not executable'), { code: 'ENOENT' });
    }),
};

function write(path: string, text: string, mode: number): void {
  // O_EXCL and O_NOFOLLOW: never write through something that is already there.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = openSync(path, flags, mode);
  try {
    // The unit's UMask= takes rights away.
    fchmodSync(file, mode);
    writeFileSync(file, text, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** An error of Node's costs more than to look first. */
function isMissing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

async function sight(look: () => Promise<void>): Promise<Sight> {
  try {
    await look();
    return 'there';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'hidden';
  }
}
