import type { Duplex } from 'node:stream';
import { halfAnsweredMs, type Limits, lingerMs } from './limits.ts';
import { StallTimer } from './stall-timer.ts';

/** How long a client may take for whatever is waited for, one thing at a time; who takes longer loses its connection, unless said otherwise. */
export class ClientPatience {
  #limits: () => Limits;
  #timer = new StallTimer();
  #lose: () => void;

  constructor(limits: () => Limits, stream: Duplex) {
    this.#limits = limits;
    this.#lose = () => void stream.destroy();
  }

  get isForHead(): boolean {
    return this.#timer.isAbout === 'head';
  }

  forHead(onLate: () => void): void {
    this.#timer.start(this.#limits().headersMs, onLate, 'head');
  }

  /** For the first byte of a further request. */
  forNextRequest(): void {
    this.#timer.start(this.#limits().idleMs, this.#lose);
  }

  forBody(onLate: () => void): void {
    this.#timer.start(this.#limits().idleMs, onLate);
  }

  /** A client that takes nothing of its answer is given up on. */
  forWrite(): void {
    this.#timer.start(this.#limits().idleMs, this.#lose, 'write');
  }

  /** The client has ended its half, or is gone altogether: then it takes nothing any more. */
  forTaking(): void {
    this.#timer.start(halfAnsweredMs, this.#lose);
  }

  forLastWrite(): void {
    this.#timer.start(this.#limits().idleMs, this.#lose);
  }

  /** For a client that still sends to take its last answer. */
  forLinger(): void {
    this.#timer.start(lingerMs, this.#lose);
  }

  /** It has moved: as long again. */
  again(): void {
    this.#timer.again();
  }

  /** What was waited for is there. */
  stop(): void {
    this.#timer.stop();
  }

  onWritten(): void {
    if (this.#timer.isAbout === 'write') this.#timer.stop();
  }

  clear(): void {
    this.#timer.clear();
  }
}
