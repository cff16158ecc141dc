import type { OnReadOpts } from 'node:net';
import type { Writable } from 'node:stream';

/** Reads up to this size are copied out of the buffer that all connections read into. */
export const smallRead = 8192;
const readSize = 65_536;

// Node takes 64 KiB for each read and gives most of them back: a tenth of what a request costs. Nobody keeps bytes of this one.
export const shared = newBuffer();

export interface Hearer {
  /** What it is given stays as it is until `isFree`. */
  take(bytes: Buffer): void;
  /** Whether the last bytes have been passed on, or nothing more is read before they are. */
  isFree(): boolean;
}

export function newBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(readSize);
}

/** What was read, for whoever keeps it: the buffer is read into again. */
export function copyRead(read: Uint8Array, size: number): Buffer {
  return Buffer.from(viewRead(read, size));
}

export function viewRead(read: Uint8Array, size: number): Buffer {
  return Buffer.from(read.buffer, read.byteOffset, size);
}

/**
 * Where a server's bytes are read to. Small reads are copies of their own: what one person's server says is never in memory that
 * another's is read into. Large ones, which come in rows, have a buffer of this connection alone, that is used again.
 */
export function readInto(hearer: Hearer): OnReadOpts {
  let buffer = shared;
  return {
    buffer: () => buffer,
    callback(size, read) {
      if (size <= smallRead) {
        buffer = shared;
        hearer.take(copyRead(read, size));
      } else if (read === shared) {
        buffer = newBuffer();
        hearer.take(copyRead(read, size));
      } else {
        hearer.take(viewRead(read, size));
        if (!hearer.isFree()) buffer = newBuffer();
      }
      return true;
    },
  };
}

/** Whether all that was written is with the kernel, or who wrote it waits for a drain before reading on. */
export function isPassedOn(to: Writable): boolean {
  return to.writableLength === 0 || to.writableNeedDrain;
}
