/**
 * Tells data frames from pings, pongs and closes in what a websocket's client sends (RFC 6455, 5.2), without unmasking or
 * keeping anything. Pushed the raw bytes as they pass; says whether a data frame began or went on in them.
 */
export class FrameWatcher {
  /** Payload bytes of the current frame still to come. */
  #payload = 0;
  #isData = false;
  /** Head of a frame that was cut by the end of a chunk; at most 14 bytes. */
  #head = Buffer.alloc(14);
  #headLength = 0;

  push(chunk: Uint8Array): boolean {
    let sawData = false;
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, chunk.length - at);
        this.#payload -= step;
        at += step;
        sawData ||= this.#isData;
        continue;
      }
      this.#head[this.#headLength++] = chunk[at++] ?? 0;
      if (this.#headLength < this.#headSize()) continue;
      this.#isData = (this.#head[0]! & 0x08) === 0;
      this.#payload = this.#payloadSize();
      this.#headLength = 0;
      sawData ||= this.#isData;
    }
    return sawData;
  }

  /** Bytes that this frame's head has, as far as is known. */
  #headSize(): number {
    if (this.#headLength < 2) return 2;
    const second = this.#head[1]!;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    return 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
  }

  #payloadSize(): number {
    const short = this.#head[1]! & 0x7f;
    if (short === 126) return this.#head.readUInt16BE(2);
    return short === 127 ? Number(this.#head.readBigUInt64BE(2)) : short;
  }
}
