import { Chunks } from './chunks.ts';
import { fieldLines } from './head-fields.ts';
import { trailerPairs } from './headers.ts';
import type { RequestHead } from './request-head.ts';

/** What came of a body: bytes to pass on, and what belongs to the next request. */
export interface BodyRead {
  readonly bytes: Buffer | null;
  readonly rest: Buffer | null;
  /** Why the rest of this connection cannot be understood. */
  readonly problem?: 'chunks' | 'size';
}

/** Where the body of a request is and how far it has come. Pure but for what it counts. */
export class RequestBody {
  readonly head: RequestHead;
  isDone: boolean;
  #left: number;
  #chunks: Chunks | null;
  #maxSize: number;
  /** What came before it could be sent on. */
  #early: Buffer | null = null;

  /** `maxSize` 0: any. */
  constructor(head: RequestHead, maxSize: number) {
    this.head = head;
    this.isDone = head.framing === 'none';
    this.#left = head.length;
    this.#chunks = head.framing === 'chunked' ? new Chunks() : null;
    this.#maxSize = maxSize;
  }

  read(chunk: Buffer): BodyRead {
    if (this.#chunks !== null) return this.#readChunks(this.#chunks, chunk);
    const size = Math.min(this.#left, chunk.length);
    this.#left -= size;
    this.isDone = this.#left === 0;
    if (size === chunk.length) return { bytes: chunk, rest: null };
    return { bytes: size === 0 ? null : chunk.subarray(0, size), rest: chunk.subarray(size) };
  }

  keepEarly(bytes: Buffer): void {
    this.#early = this.#early === null ? bytes : Buffer.concat([this.#early, bytes]);
  }

  takeEarly(): Buffer | null {
    const early = this.#early;
    this.#early = null;
    return early;
  }

  #readChunks(chunks: Chunks, chunk: Buffer): BodyRead {
    if (!chunks.push(chunk, 0)) return { bytes: null, rest: null, problem: 'chunks' };
    if (this.#maxSize > 0 && chunks.size > this.#maxSize) return { bytes: null, rest: null, problem: 'size' };
    const { passed, end } = chunks;
    let bytes = passed === chunk.length ? chunk : chunk.subarray(0, passed);
    if (end === -1) return { bytes: bytes.length === 0 ? null : bytes, rest: null };
    this.isDone = true;
    if (passed !== end) {
      const tail = `${fieldLines(trailerPairs(chunks.trailers).flat())}\r\n`;
      bytes = Buffer.concat([bytes, Buffer.from(tail, 'latin1')]);
    }
    return { bytes, rest: end === chunk.length ? null : chunk.subarray(end) };
  }
}
