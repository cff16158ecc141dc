import { stat } from 'node:fs/promises';

/**
 * What is in these files, told apart from what was. Taken before they are read, it shows any change since. By looking, because
 * renewals swap links, which a watch on the old file would not see.
 */
export async function fileStates(files: readonly string[]): Promise<string> {
  const states = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs, ino, size }) => `${mtimeMs} ${ino} ${size}`,
        () => 'none',
      ),
    ),
  );
  return [...files, ...states].join('\n');
}
