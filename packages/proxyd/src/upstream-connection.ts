import type { Socket } from 'node:net';
import { Chunks } from './chunks.ts';
import type { RawHeaders } from './headers.ts';
import { maxAnswerHead } from './limits.ts';
import type { Hearer } from './read-buffer.ts';
import { readResponseHead, type ResponseHead } from './response-head.ts';
import { coded, upstreamCodes } from './upstream-codes.ts';

/** Who has sent a request and waits for its answer. */
export interface Asker {
  readonly method: string;
  /** Of the client, or '' for one that speaks for many. */
  readonly address: string;
  /** The request is sent to its end; otherwise the connection cannot serve another. */
  readonly isRequestSent: boolean;
  /** The protocol that the server may switch to, or null. */
  readonly upgrade: string | null;
  /** The connection is made, its owner verified: the request may be sent. */
  onConnection(connection: UpstreamConnection): void;
  onContinue(): void;
  onAnswer(head: ResponseHead): void;
  /** Bytes of the body as they came; in chunks if the head said so. `data` tells where the payload is in them if it is not all. */
  onBody(bytes: Buffer, data: readonly number[] | null): void;
  /** The answer is whole; `trailers` are null unless something must follow what was passed on. */
  onAnswerEnd(trailers: RawHeaders | null): void;
  /** What has arrived at once is all handed over. */
  onPause(): void;
  /** From now on both sides speak `head.upgrade`; whoever answers hears what comes, beginning with `rest`. */
  onSwitch(head: ResponseHead, connection: UpstreamConnection, rest: Buffer): Taker;
  onDrain(): void;
  /** Whether bytes of the body are with the kernel already, or wait for a drain that is waited for before more are read. */
  isPassedOn(): boolean;
  /** There will be no answer, or no rest of it. */
  onFailure(error: Error): void;
}

/** Who hears a connection that no longer speaks HTTP. */
export interface Taker {
  onData(chunk: Buffer): void;
  /** As an asker's. */
  isPassedOn(): boolean;
  onDrain(): void;
  onEnd(): void;
  onClose(): void;
}

/** Who hears what becomes of a connection. */
export interface ConnectionOwner {
  onFree(connection: UpstreamConnection): void;
  onGone(connection: UpstreamConnection): void;
}

/** One connection to a server: a request at a time, and nothing believed that nobody asked for. */
export class UpstreamConnection implements Hearer {
  readonly socket: Socket;
  /** Whether a request was answered on it before. */
  isReused = false;
  #owner: ConnectionOwner;
  #asker: Asker | null = null;
  /** Bytes of a head that is not whole yet. */
  #bytes: Buffer | null = null;
  #head: ResponseHead | null = null;
  #left = 0;
  #chunks: Chunks | null = null;
  #payload: number[] | null = null;
  #error: Error | null = null;
  #taker: Taker | null = null;
  /** Who was given the last bytes. */
  #fed: Asker | Taker | null = null;
  /** A mark of its pool's: since when it is idle. */
  idleSince = 0;
  /** Another: whose share it takes while it is in use. */
  heldBy: string | null = null;

  /** `connect` gives its socket at once, and has what it reads told to the hearer. */
  constructor(connect: (hearer: Hearer) => Socket, owner: ConnectionOwner) {
    const socket = connect(this);
    this.socket = socket;
    this.#owner = owner;
    socket.on('drain', () => (this.#taker ?? this.#asker)?.onDrain());
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error) => (this.#error ??= error));
    socket.on('timeout', () => this.#onSilence());
    socket.on('close', () => this.#onClose());
  }

  /** Whether anything of the answer has arrived. */
  get hasAnswer(): boolean {
    return this.#head !== null || this.#bytes !== null;
  }

  /** The asker hears if the connection cannot be made; once it is, `begin` is called. */
  reserve(asker: Asker): void {
    this.#asker = asker;
  }

  /** The connection is this asker's until its answer is whole; `silenceMs` as in setTimeout. */
  ask(asker: Asker, silenceMs: number): void {
    this.#asker = asker;
    this.begin(silenceMs);
  }

  begin(silenceMs: number): void {
    // The timer runs on while the connection idles, for nothing: to set it for each request would be dearer.
    if (silenceMs !== (this.socket.timeout ?? 0)) this.socket.setTimeout(silenceMs);
    this.#asker?.onConnection(this);
  }

  /** Ends the connection; nobody is told but its owner. */
  drop(): void {
    this.#asker = null;
    this.socket.destroy();
  }

  /** The connection may be somebody else's by now: what the one before was given may still wait for their client. */
  isFree(): boolean {
    const now = this.#taker ?? this.#asker;
    return this.#bytes === null && now !== null && now === this.#fed && now.isPassedOn();
  }

  take(chunk: Buffer): void {
    this.#fed = this.#taker ?? this.#asker;
    if (this.#taker !== null) {
      this.#taker.onData(chunk);
      return;
    }
    const asker = this.#asker;
    if (asker === null) {
      // Nobody asked: an answer to the next request would be this one's.
      this.socket.destroy();
      return;
    }
    const bytes = this.#bytes === null ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#bytes = null;
    const rest = this.#head === null ? this.#readHead(asker, bytes) : bytes;
    if (rest !== null && this.#asker === asker) this.#readBody(asker, rest);
    if (this.#asker === asker) asker.onPause();
  }

  /** What follows the head of the final answer, or null when it has not come yet. */
  #readHead(asker: Asker, bytes: Buffer): Buffer | null {
    let at = bytes;
    for (;;) {
      const read = readResponseHead(at, asker.method, maxAnswerHead);
      if (read === null) {
        if (at.length > 0) this.#bytes = at;
        return null;
      }
      if ('problem' in read) return this.#fail(new Error(read.problem));
      const { head, end } = read;
      at = at.subarray(end);
      if (head.status === 101) return this.#switch(asker, head, at);
      if (head.status < 200) {
        // Other interim answers are for this connection only.
        if (head.status === 100) asker.onContinue();
        continue;
      }
      this.#begin(head);
      asker.onAnswer(head);
      return at;
    }
  }

  #begin(head: ResponseHead): void {
    this.#head = head;
    this.#left = head.length;
    if (head.framing !== 'chunked') return;
    const payload: number[] = [];
    this.#payload = payload;
    this.#chunks = new Chunks((from, to) => payload.push(from, to));
  }

  #switch(asker: Asker, head: ResponseHead, rest: Buffer): null {
    if (asker.upgrade === null) return this.#fail(new Error('it switched to another protocol unasked'));
    if (head.upgrade !== asker.upgrade) {
      return this.#fail(new Error('it switched to another protocol than asked for'));
    }
    this.#asker = null;
    this.socket.setTimeout(0);
    this.#owner.onGone(this);
    // Nothing of the request outlives it: kept by some thousand idle websockets, it made V8 allocate that of all requests as old.
    this.#fed = null;
    this.#taker = asker.onSwitch(head, this, rest);
    return null;
  }

  #readBody(asker: Asker, bytes: Buffer): void {
    const head = this.#head;
    if (head === null) return;
    if (head.framing === 'chunked') {
      this.#readChunks(asker, bytes);
      return;
    }
    const size = head.framing === 'close' ? bytes.length : Math.min(this.#left, bytes.length);
    if (size > 0) asker.onBody(size === bytes.length ? bytes : bytes.subarray(0, size), null);
    if (head.framing === 'close' || this.#asker !== asker) return;
    this.#left -= size;
    if (this.#left === 0) this.#finish(asker, head, bytes.length - size, null);
  }

  #readChunks(asker: Asker, bytes: Buffer): void {
    const { passed, end, trailers, isGood } = this.#pushChunks(bytes);
    if (!isGood) {
      this.#fail(new Error('its answer is not in chunks as it said'));
      return;
    }
    if (passed > 0) asker.onBody(passed === bytes.length ? bytes : bytes.subarray(0, passed), this.#payload);
    if (end === -1 || this.#asker !== asker || this.#head === null) return;
    this.#finish(asker, this.#head, bytes.length - end, passed === end ? null : trailers);
  }

  #pushChunks(bytes: Buffer): { passed: number; end: number; trailers: RawHeaders; isGood: boolean } {
    if (this.#payload !== null) this.#payload.length = 0;
    const chunks = this.#chunks ?? new Chunks();
    const isGood = chunks.push(bytes, 0);
    return { passed: chunks.passed, end: chunks.end, trailers: chunks.trailers, isGood };
  }

  #finish(asker: Asker, head: ResponseHead, extra: number, trailers: RawHeaders | null): void {
    this.#asker = null;
    this.#head = null;
    this.#chunks = null;
    this.#payload = null;
    const { socket } = this;
    const canStay = head.keepAlive && extra === 0 && asker.isRequestSent && !socket.readableEnded && socket.writable;
    if (canStay) {
      this.isReused = true;
      socket.resume();
      this.#owner.onFree(this);
    } else socket.destroy();
    asker.onAnswerEnd(trailers);
  }

  #onSilence(): void {
    if (this.#asker !== null) this.socket.destroy(coded(upstreamCodes.silent, 'no byte within upstream_timeout'));
  }

  #onEnd(): void {
    if (this.#taker !== null) {
      this.#taker.onEnd();
      return;
    }
    const asker = this.#asker;
    const head = this.#head;
    if (asker !== null && head?.framing === 'close') this.#finish(asker, head, 0, null);
    else this.#error ??= coded('ECONNRESET', 'it ended the connection');
    this.socket.destroy();
  }

  #onClose(): void {
    if (this.#taker !== null) {
      this.#taker.onClose();
      return;
    }
    this.#owner.onGone(this);
    this.#fail(this.#error ?? coded('ECONNRESET', 'it ended the connection'));
  }

  #fail(error: Error): null {
    const asker = this.#asker;
    this.#asker = null;
    this.socket.destroy();
    asker?.onFailure(error);
    return null;
  }
}
