import { fixedSize } from './head.ts';
import { sizeOf } from './message.ts';

/** Cuts what arrives into whole messages. */
export class Framing {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The messages that are whole now; throws when what came cannot be one: nothing after it can be told apart either. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const messages: Buffer[] = [];
    for (let size = this.#nextSize(); this.#length >= size; size = this.#nextSize()) {
      const whole = this.#joined();
      messages.push(whole.subarray(0, size));
      this.#length -= size;
      this.#chunks = this.#length === 0 ? [] : [whole.subarray(size)];
    }
    return messages;
  }

  #nextSize(): number {
    if (this.#length < fixedSize) return Number.POSITIVE_INFINITY;
    const [first] = this.#chunks;
    return sizeOf(first !== undefined && first.length >= fixedSize ? first : this.#joined());
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}
