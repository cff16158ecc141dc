import type { Duplex } from 'node:stream';

export interface JsonLines {
  /** The next line, parsed; undefined when the other side has closed. Throws on what is no JSON, too long, or too late. */
  read(timeoutMs: number): Promise<unknown>;
  /** Writes one line and wipes the bytes once they are sent. */
  write(value: unknown): void;
  close(): void;
}

/** JSON lines over a stream, one reader at a time. */
export function makeJsonLines(stream: Duplex, lineBytes: number): JsonLines {
  const lines: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let ended = false;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  stream.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      lines.push(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
    }
    if (rest.length > lineBytes) {
      failure = new Error(`a line is longer than ${lineBytes} bytes`);
      stream.destroy();
    }
    wake();
  });
  stream.on('error', (error) => {
    failure ??= error;
    wake();
  });
  for (const event of ['end', 'close']) {
    stream.on(event, () => {
      ended = true;
      wake();
    });
  }

  async function read(timeoutMs: number): Promise<unknown> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      wake();
    }, timeoutMs);
    try {
      for (;;) {
        if (failure !== undefined) throw failure;
        const line = lines.shift();
        if (line !== undefined) return JSON.parse(line.toString('utf8')) as unknown;
        if (ended) return undefined;
        if (late) throw new Error(`no answer within ${timeoutMs} ms`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    read,
    write(value) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
      stream.write(bytes, () => bytes.fill(0));
    },
    close: () => void stream.destroy(),
  };
}
