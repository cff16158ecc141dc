import type { Duplex } from 'node:stream';

/**
 * Small writes of one turn of the event loop, made together at its end. A write may have to wake the process that reads it; woken by
 * the first it finds the others there, where written one by one it would go back to sleep between them.
 */
export class WriteBatch {
  #corked: Duplex[] = [];

  /** As write in latin1, but at the end of this turn. */
  write(stream: Duplex, text: string): boolean {
    if (stream.writableCorked === 0) {
      stream.cork();
      if (this.#corked.push(stream) === 1) setImmediate(() => this.#flush());
    }
    return stream.write(text, 'latin1');
  }

  #flush(): void {
    const corked = this.#corked;
    this.#corked = [];
    for (const stream of corked) stream.uncork();
  }
}
