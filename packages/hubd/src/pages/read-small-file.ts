import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/** A whole file of at most so many bytes, and what the kernel says of just that file; throws for a larger one, and for what is no plain file. */
export function readSmallFile(path: string, mostBytes: number): { readonly bytes: Buffer; readonly stats: Stats } {
  // A pipe that nobody writes to would hold the whole hub up.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('expected a plain file');
    // One more than may be: it may grow while it is read.
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    if (length > mostBytes)
      throw new Error(`expected at most ${mostBytes} bytes, found ${Math.max(stats.size, length)}`);
    return { bytes: bytes.subarray(0, length), stats };
  } finally {
    closeSync(file);
  }
}
