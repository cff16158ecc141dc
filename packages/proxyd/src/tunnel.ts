import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { FrameWatcher } from './activity.ts';
import type { Destination, Forwarding } from './destination.ts';
import { halfClosedMs } from './limits.ts';
import type { Ending } from './open-endings.ts';
import { isPassedOn } from './read-buffer.ts';
import type { Taker } from './upstream-connection.ts';

/** A close frame as a client sends it: 1001, going away (RFC 6455, 7.4.1). Masked with zeros. */
const goingAway = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]);

/** A websocket under way: bytes from each side to the other, as fast as the other takes them. */
export class Tunnel implements Ending {
  place = -1;
  /** What the client's connection tells. */
  readonly client: Taker;
  /** What the server's connection tells. */
  readonly server: Taker;
  #parts: Forwarding;
  #to: Destination;
  #browser: Duplex;
  #upstream: Socket;
  #frames: FrameWatcher | null;
  /** Ends a side that lives on with the other direction closed. */
  #halfClosed: NodeJS.Timeout | undefined;
  #isLeaving = false;

  constructor(parts: Forwarding, to: Destination, browser: Duplex, upstream: Socket) {
    this.#parts = parts;
    this.#to = to;
    this.#browser = browser;
    this.#upstream = upstream;
    this.#frames = to.serverPrefix === null ? null : new FrameWatcher();
    parts.counters.websockets++;
    to.open.add(this);
    if (to.serverPrefix !== null) to.lastActivity = parts.clock();
    for (const side of [browser, upstream]) {
      if (!(side instanceof Socket)) continue;
      side.setNoDelay(true);
      side.setKeepAlive(true, 30_000);
    }
    this.client = {
      onData: (chunk) => this.#fromClient(chunk),
      isPassedOn: () => false,
      onDrain: () => upstream.resume(),
      onEnd: () => this.#onEnd(upstream),
      onClose: () => this.#onClientClosed(),
    };
    this.server = {
      onData: (chunk) => {
        if (!browser.write(chunk)) upstream.pause();
      },
      isPassedOn: () => isPassedOn(browser),
      onDrain: () => browser.resume(),
      onEnd: () => this.#onEnd(browser),
      onClose: () => this.#onServerClosed(),
    };
  }

  destroy(): void {
    this.#browser.destroy();
  }

  /** The server is told that the client goes, and answers with a close frame between its own, which nobody here has followed. */
  leave(): void {
    if (this.#isLeaving || this.#frames?.isBetweenFrames !== true) return;
    this.#isLeaving = true;
    this.#upstream.write(goingAway);
  }

  #fromClient(chunk: Buffer): void {
    // Nothing may follow a close frame.
    if (this.#isLeaving) return;
    if (this.#frames?.push(chunk) === true) this.#to.lastActivity = this.#parts.clock();
    if (!this.#upstream.write(chunk)) this.#browser.pause();
  }

  /** A side that has ended leaves the other a little time to do so too. */
  #onEnd(other: Duplex): void {
    other.end();
    this.#endSoon();
  }

  #onClientClosed(): void {
    clearTimeout(this.#halfClosed);
    this.#parts.counters.websockets--;
    this.#to.open.delete(this);
    this.#upstream.destroy();
  }

  /** Lets the client have what was already sent to it, unless it does not take it. */
  #onServerClosed(): void {
    if (this.#browser.destroyed) return;
    this.#endSoon();
    this.#browser.end(() => this.#browser.destroy());
  }

  #endSoon(): void {
    this.#halfClosed ??= setTimeout(() => {
      this.#browser.destroy();
      this.#upstream.destroy();
    }, halfClosedMs);
  }
}
