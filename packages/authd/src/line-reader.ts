import type { Readable } from 'node:stream';
import { TshubError, units } from '@tshub/contract';
import { wipe } from '@tshub/native';

export interface LineReader {
  /** The next line, without its line feed; the caller wipes it. */
  next(): Promise<Buffer>;
  /** Throws what has gone wrong with the other side so far, if anything has. */
  check(): void;
}

const lineFeed = 0x0a;

/**
 * Reads lines that take turns with ours: one may come for each `next()`, and none ahead of it.
 * Errors: `bad_request` for a line that is too long or out of turn, `daemon_away` when the hub hangs up.
 * Bytes are kept in one buffer that is wiped; what the stream handed over is wiped at once.
 */
export function readLines(stream: Readable, maxBytes: number): LineReader {
  const held = Buffer.alloc(maxBytes + 1);
  let length = 0;
  let waiting: { resolve: (line: Buffer) => void; reject: (error: Error) => void } | undefined;
  let problem: TshubError | undefined;

  const fail = (error: TshubError) => {
    if (problem) return;
    problem = error;
    wipe(held);
    waiting?.reject(error);
    waiting = undefined;
  };
  const take = (chunk: Buffer) => {
    const end = chunk.indexOf(lineFeed);
    if (length + (end < 0 ? chunk.length : end) > maxBytes) return fail(broken(`a line longer than ${maxBytes} bytes`));
    if (!waiting || (end >= 0 && end < chunk.length - 1)) return fail(broken('a line out of turn'));
    chunk.copy(held, length);
    length += chunk.length;
    if (end < 0) return;
    const line = Buffer.from(held.subarray(0, length - 1));
    wipe(held.subarray(0, length));
    length = 0;
    const { resolve } = waiting;
    waiting = undefined;
    resolve(line);
  };

  stream.on('data', (chunk: Buffer) => {
    if (!problem) take(chunk);
    wipe(chunk);
  });
  for (const event of ['end', 'close', 'error']) {
    stream.on(event, () => fail(new TshubError('daemon_away', { unit: units.hub })));
  }
  return {
    next: () =>
      new Promise((resolve, reject) => {
        if (problem) reject(problem);
        else waiting = { resolve, reject };
      }),
    check() {
      if (problem) throw problem;
    },
  };
}

/** The hub did something that the protocol does not have. Never quotes what it sent: that may be a password. */
export function broken(what: string): TshubError {
  return new TshubError('bad_request', { problem: `the hub sent ${what}` });
}
