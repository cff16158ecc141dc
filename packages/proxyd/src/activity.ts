/**
 * Tells data frames from pings, pongs and closes in what a websocket's client sends (RFC 6455, 5.2), without unmasking or
 * keeping anything. Pushed the raw bytes as they pass; says whether a data frame began or went on in them.
 */
export class FrameWatcher {
  /** Payload bytes of the current frame still to come. */
  #payload = 0;
  #isData = false;
  /** Head of a frame that was cut by the end of a chunk; at most 14 bytes. Few ever are, and most websockets idle. */
  #cut: Buffer | null = null;

  /** Whether a frame of somebody else could go in here. */
  get isBetweenFrames(): boolean {
    return this.#payload === 0 && this.#cut === null;
  }

  push(chunk: Buffer): boolean {
    let sawData = false;
    let bytes = chunk;
    if (this.#cut !== null) {
      bytes = Buffer.concat([this.#cut, chunk]);
      this.#cut = null;
    }
    let at = 0;
    while (at < bytes.length) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, bytes.length - at);
        this.#payload -= step;
        at += step;
      } else {
        const size = headSize(bytes, at);
        if (at + size > bytes.length) {
          this.#cut = Buffer.from(bytes.subarray(at));
          break;
        }
        this.#isData = (bytes[at]! & 0x08) === 0;
        this.#payload = payloadSize(bytes, at);
        at += size;
      }
      sawData ||= this.#isData;
    }
    return sawData;
  }
}

/** Bytes that the head of this frame has, as far as is known. */
function headSize(bytes: Buffer, at: number): number {
  if (at + 2 > bytes.length) return 2;
  const second = bytes[at + 1]!;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  return 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadSize(bytes: Buffer, at: number): number {
  const short = bytes[at + 1]! & 0x7f;
  if (short === 126) return bytes.readUInt16BE(at + 2);
  return short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
}
