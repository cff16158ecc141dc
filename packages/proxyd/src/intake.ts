import type { Duplex } from 'node:stream';
import { type HeadRead, readRequestHead } from './request-head.ts';

/** Bytes of further requests that are kept while one is answered. */
const maxAhead = 65_536;

/** What a client has sent and nobody has read yet; holds it back when that becomes too much. */
export class Intake {
  #stream: Duplex;
  #bytes: Buffer | null = null;
  /** Somebody else does not take bytes. */
  #isHeld = false;
  /** Enough has been sent ahead. */
  #isFull = false;
  /** What is first in here has been looked at. */
  #hasLooked = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  get isEmpty(): boolean {
    return this.#bytes === null;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  put(bytes: Buffer): void {
    this.#bytes = this.#bytes === null ? bytes : Buffer.concat([this.#bytes, bytes]);
  }

  /** Everything in here. */
  take(): Buffer | null {
    const bytes = this.#bytes;
    this.#bytes = null;
    this.setFull(false);
    return bytes;
  }

  /** The head of the next request, which is then no longer in here; as readRequestHead, and null when nothing is in here. */
  takeHead(maxSize: number): HeadRead {
    // Whether or not anything is in here: more of it is wanted.
    this.setFull(false);
    this.#hasLooked = false;
    const bytes = this.#bytes;
    if (bytes === null) return null;
    const read = readRequestHead(bytes, maxSize);
    if (read !== null && 'head' in read) this.#bytes = read.end === bytes.length ? null : bytes.subarray(read.end);
    return read;
  }

  /** Whether the next request, while one is answered, asks for another protocol. */
  isUpgradeAhead(maxSize: number): boolean {
    const bytes = this.#bytes;
    if (bytes === null) return false;
    if (bytes.length > maxAhead) this.setFull(true);
    if (this.#hasLooked) return false;
    const read = readRequestHead(bytes, maxSize);
    this.#hasLooked = read !== null;
    return read !== null && 'head' in read && read.head.upgrade !== null;
  }

  setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    if (isFull) this.#stream.pause();
    else if (!this.#isHeld) this.#stream.resume();
  }

  hold(): void {
    this.#isHeld = true;
    this.#stream.pause();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (!this.#isFull) this.#stream.resume();
  }
}
