import { isBadText, readFields } from './head-fields.ts';
import type { RawHeaders } from './headers.ts';

/** Size lines with their extensions, which nobody is known to use. */
const maxLine = 256;
/** Digits of a chunk's size: up to 2^48 bytes, which numbers hold. */
const maxDigits = 12;
const maxTrailers = 8192;

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done' | 'bad';

const cr = 0x0d;
const lf = 0x0a;

/**
 * Follows a chunked body (RFC 9112, 7.1) so that its bytes can be passed on as they came: they are judged, not rewritten.
 * After `push`, bytes of the chunk up to `passed` belong to the body without its trailers; the message ends at `end`.
 */
export class Chunks {
  /** Where the message ended in the bytes last pushed; -1 while it goes on. */
  end = -1;
  /** Up to where the bytes last pushed can be passed on: to `end` if there are no trailers, whose text has to be written otherwise. */
  passed = 0;
  /** Payload bytes so far. */
  size = 0;
  /** Fields after the body; complete when `end` is set. */
  trailers: RawHeaders = [];
  #state: State = 'size';
  #left = 0;
  #digits = 0;
  #line = 0;
  #tail = '';
  #onData: ((from: number, to: number) => void) | null;

  /** `onData` is told where payload is in the bytes being pushed. */
  constructor(onData: ((from: number, to: number) => void) | null = null) {
    this.#onData = onData;
  }

  /** false: this is no chunked body; nothing of it may be trusted any more. */
  push(bytes: Buffer, from: number): boolean {
    this.passed = from;
    let at = from;
    while (at < bytes.length && this.#state !== 'done' && this.#state !== 'bad') {
      if (this.#state === 'trailers') {
        at = this.#readTrailers(bytes, at);
        continue;
      }
      if (this.#state === 'data') at = this.#skipData(bytes, at);
      else this.#step(bytes[at++] ?? 0);
      this.passed = at;
    }
    return this.#state !== 'bad';
  }

  #skipData(bytes: Buffer, at: number): number {
    const step = Math.min(this.#left, bytes.length - at);
    this.#onData?.(at, at + step);
    this.#left -= step;
    this.size += step;
    if (this.#left === 0) this.#state = 'data-cr';
    return at + step;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#sizeByte(byte);
        break;
      case 'extension':
        if (byte === cr) this.#state = 'size-lf';
        else if (++this.#line > maxLine || (byte < 0x20 && byte !== 0x09) || byte === 0x7f) this.#state = 'bad';
        break;
      case 'size-lf':
        this.#digits = 0;
        this.#line = 0;
        this.#state = byte !== lf ? 'bad' : this.#left === 0 ? 'trailers' : 'data';
        break;
      case 'data-cr':
        this.#state = byte === cr ? 'data-lf' : 'bad';
        break;
      case 'data-lf':
        this.#state = byte === lf ? 'size' : 'bad';
        break;
      default:
        this.#state = 'bad';
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexOf(byte);
    if (digit >= 0) {
      this.#left = this.#left * 16 + digit;
      if (++this.#digits > maxDigits) this.#state = 'bad';
    } else if (this.#digits === 0) this.#state = 'bad';
    else if (byte === cr) this.#state = 'size-lf';
    else this.#state = byte === 0x3b ? 'extension' : 'bad';
  }

  #readTrailers(bytes: Buffer, at: number): number {
    const had = this.#tail.length;
    const text = this.#tail + bytes.toString('latin1', at, Math.min(bytes.length, at + maxTrailers));
    const blank = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n');
    if (blank === -1 ? text.length >= maxTrailers || isBadText(text) : isBadText(text.slice(0, blank))) {
      this.#state = 'bad';
      return at;
    }
    if (blank === -1) {
      this.#tail = text;
      return bytes.length;
    }
    let isFraming = false;
    const note = (key: string): void => {
      isFraming ||= key === 'content-length' || key === 'transfer-encoding';
    };
    const fields = blank === 0 ? [] : readFields(text.slice(0, blank + 2), 0, note);
    this.#state = fields === null || isFraming ? 'bad' : 'done';
    this.trailers = fields ?? [];
    this.end = at + (blank === 0 ? 2 : blank + 4) - had;
    if (blank === 0 && had === 0) this.passed = this.end;
    return this.end;
  }
}

function hexOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
