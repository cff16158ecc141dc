import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { rootOnlyProblem } from '@tshub/config';

/** What became of looking at a path: `hidden` when this process may not see it, though PID 1 might. */
export type Sight = 'there' | 'missing' | 'hidden';

/** The file system as spawnerd uses it; tests bring their own. */
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
    await write(path, text, 0o600);
  },
  writeNew: async (path, text) => {
    try {
      await write(path, text, 0o644);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  },
  read: async (path) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  },
  rootOnly: (path) => rootOnlyProblem(path),
  remove: async (path) => {
    try {
      await unlink(path);
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
      await access(path, constants.F_OK);
    }),
};

async function write(path: string, text: string, mode: number): Promise<void> {
  // O_EXCL and O_NOFOLLOW: never write through something that is already there.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(path, flags, mode);
  try {
    // The unit's UMask= takes rights away.
    await handle.chmod(mode);
    await handle.writeFile(text, 'utf8');
  } finally {
    await handle.close();
  }
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
