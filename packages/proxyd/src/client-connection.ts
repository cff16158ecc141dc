import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientFacts } from './client-facts.ts';
import type { Connections } from './connections.ts';
import { countAnswer, type Destination, type Forwarding } from './destination.ts';
import { decide } from './dispatch.ts';
import { type Answer, pageFor, type Refusal } from './error-page.ts';
import { Exchange, tooLarge } from './exchange.ts';
import { fieldLines } from './head-fields.ts';
import { halfAnsweredMs, lingerMs } from './limits.ts';
import { RequestBody } from './request-body.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';
import type { Route } from './routes.ts';
import type { RouteTable } from './route-table.ts';
import { StallTimer } from './stall-timer.ts';
import type { Taker } from './upstream-connection.ts';

export interface EngineParts extends Forwarding {
  readonly table: RouteTable<Route>;
  readonly hub: Destination;
  readonly connections: Connections;
}

/** Bytes of further requests that are kept while one is answered. */
const maxAhead = 65_536;

/** A client's connection: requests one after another, each answered before the next is looked at. */
export class ClientConnection {
  readonly stream: Duplex;
  readonly facts: ClientFacts;
  #parts: EngineParts;
  #timer: StallTimer;
  /** Bytes that are not read yet. */
  #ahead: Buffer | null = null;
  #exchange: Exchange | null = null;
  #body: RequestBody | null = null;
  #taker: Taker | null = null;
  #isReading = false;
  /** Paused because a server, or this client itself, does not take bytes. */
  #isHeld = false;
  /** Paused because enough has been sent ahead. */
  #isFull = false;
  /** Whether what was sent ahead has been looked at. */
  #hasLooked = false;
  #hasAnswered = false;
  /** The client will send nothing more. */
  #hasEnded = false;
  #isClosing = false;
  #isEnding = false;

  constructor(parts: EngineParts, stream: Duplex, facts: ClientFacts) {
    this.#parts = parts;
    this.stream = stream;
    this.facts = facts;
    this.#timer = new StallTimer();
    parts.connections.add(this);
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('drain', () => this.#onDrain());
    stream.on('end', () => this.#onEnd());
    // Whatever goes wrong ends in a close.
    stream.on('error', () => undefined);
    stream.on('close', () => this.#onClose());
    this.#awaitHead();
  }

  /** It has had an answer and waits for a next request. */
  get isIdle(): boolean {
    return this.#hasAnswered && this.#exchange === null && this.#taker === null && !this.#isClosing;
  }

  get isTunnel(): boolean {
    return this.#taker !== null;
  }

  /** No request comes after the one that is being answered. */
  get isEnding(): boolean {
    return this.#isEnding || this.#parts.connections.isDraining || this.#hasEnded;
  }

  endAfterAnswer(): void {
    this.#isEnding = true;
  }

  /** false: hold back until onClientDrain. */
  write(data: string | Buffer): boolean {
    const canTakeMore = typeof data === 'string' ? this.stream.write(data, 'latin1') : this.stream.write(data);
    this.#watchWrite(canTakeMore);
    return canTakeMore;
  }

  writeTwo(head: string, bytes: Buffer): boolean {
    this.stream.cork();
    this.stream.write(head, 'latin1');
    const canTakeMore = this.stream.write(bytes);
    this.stream.uncork();
    this.#watchWrite(canTakeMore);
    return canTakeMore;
  }

  /** Takes nothing more until resume, but what is on its way already. */
  pause(): void {
    this.#isHeld = true;
    this.stream.pause();
  }

  resume(): void {
    this.#isHeld = false;
    if (!this.#isFull) this.stream.resume();
  }

  /** From now on somebody else hears what the client sends, beginning with what has come already. */
  switchTo(taker: Taker): void {
    const ahead = this.#ahead;
    this.#ahead = null;
    this.#exchange = null;
    this.#taker = taker;
    this.#timer.clear();
    this.#isFull = false;
    this.resume();
    if (ahead !== null) taker.onData(ahead);
    if (this.#hasEnded) taker.onEnd();
  }

  /** The answer is written. */
  onAnswered(): void {
    this.#exchange = null;
    this.#hasAnswered = true;
    if (this.isEnding) this.#close();
    else this.#readOn();
  }

  /** An answer of the proxy itself; `head` is null for a request that could not be understood. */
  refuse(refusal: Refusal, head: RequestHead | null): void {
    if (head === null) this.#isEnding = true;
    this.#answer(pageFor(refusal, head), head);
  }

  /** Ends the connection after what was written. `isOpenEnded`: only a reset tells the client that this is not the whole answer. */
  cut(isOpenEnded = false): void {
    const { stream } = this;
    this.#isClosing = true;
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.abort();
    if (stream.destroyed) return;
    this.#timer.start(lingerMs, () => stream.destroy());
    stream.write('', () => {
      if (isOpenEnded && stream instanceof Socket && !this.facts.encrypted) stream.resetAndDestroy();
      else stream.destroy();
    });
  }

  destroy(): void {
    this.stream.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#taker !== null) this.#taker.onData(chunk);
    else if (!this.#isClosing) {
      if (this.#body !== null) this.#readBody(chunk);
      else {
        this.#ahead = this.#ahead === null ? chunk : Buffer.concat([this.#ahead, chunk]);
        if (this.#exchange === null) this.#readOn();
        else this.#lookAhead();
      }
    }
  }

  /** Reads requests for as long as they are answered at once. */
  #readOn(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#exchange === null && !this.#isClosing && this.#readHead());
    this.#isReading = false;
  }

  /** Whether a request was there and is dealt with. */
  #readHead(): boolean {
    const ahead = this.#ahead;
    if (ahead === null) {
      if (this.#hasAnswered) this.#awaitNext();
      return false;
    }
    // Answers that the client does not take would pile up here.
    if (this.stream.writableNeedDrain) {
      this.#setFull(true);
      return false;
    }
    this.#hasLooked = false;
    const read = readRequestHead(ahead, this.#parts.limits().maxHeaderSize);
    if (read === null) {
      if (this.#timer.isAbout !== 'head') this.#awaitHead();
      return false;
    }
    if ('refusal' in read) this.refuse(read.refusal, null);
    else {
      this.#ahead = read.end === ahead.length ? null : ahead.subarray(read.end);
      if (this.#isFull) this.#setFull(false);
      this.#begin(read.head);
    }
    return true;
  }

  #begin(head: RequestHead): void {
    this.#timer.stop();
    const { limits, table, hub } = this.#parts;
    // Another protocol that is asked for is not spoken here; what comes after could be it nevertheless.
    this.#isEnding = !head.keepAlive || head.upgrade !== null;
    const body = new RequestBody(head, limits().maxBodySize);
    if (!body.isDone) this.#body = body;
    const decision = decide(head, table, hub);
    if (decision.kind === 'refuse') this.refuse(decision.refusal, head);
    else if (decision.kind === 'answer') this.#answer(decision.answer, head);
    else {
      const exchange = new Exchange(this.#parts, this, decision.to, body);
      this.#exchange = exchange;
      const ahead = this.#ahead;
      if (!body.isDone) {
        this.#ahead = null;
        this.#awaitBody();
        if (ahead !== null) this.#readBody(ahead);
      }
      if (this.#exchange === exchange) exchange.begin();
      if (this.#exchange === exchange && this.#ahead !== null) this.#lookAhead();
    }
  }

  #readBody(chunk: Buffer): void {
    const body = this.#body;
    const exchange = this.#exchange;
    if (body === null || exchange === null) return;
    const { bytes, rest, problem } = body.read(chunk);
    if (problem !== undefined) {
      exchange.failRequest(problem === 'size' ? tooLarge : { status: 400, says: 'Bad request: these are no chunks' });
      return;
    }
    if (body.isDone) {
      this.#body = null;
      this.#timer.stop();
    } else this.#timer.again();
    if (rest !== null) this.#ahead = rest;
    if (bytes !== null) exchange.onRequestBody(bytes);
  }

  /** While an answer is under way. */
  #lookAhead(): void {
    const ahead = this.#ahead;
    if (ahead === null) return;
    if (ahead.length > maxAhead) this.#setFull(true);
    if (this.#hasLooked) return;
    const read = readRequestHead(ahead, this.#parts.limits().maxHeaderSize);
    this.#hasLooked = read !== null;
    // Nobody sends this before he has his answer, but to have the two mixed.
    if (read !== null && 'head' in read && read.head.upgrade !== null) this.cut();
  }

  #setFull(isFull: boolean): void {
    this.#isFull = isFull;
    if (isFull) this.stream.pause();
    else if (!this.#isHeld) this.stream.resume();
  }

  #answer({ status, reason, headers, body }: Answer, head: RequestHead | null): void {
    // What is left of the request's body would be read as the next request.
    if (this.#body !== null) this.#isEnding = true;
    let text = `HTTP/1.1 ${status} ${reason}\r\n${fieldLines(headers)}`;
    if (this.isEnding) text += 'Connection: close\r\n';
    else if (head?.minor === 0) text += 'Connection: keep-alive\r\n';
    countAnswer(this.#parts.counters, status);
    this.write(`${text}\r\n${head?.method === 'HEAD' ? '' : body.toString('latin1')}`);
    this.onAnswered();
  }

  /** After the answer: at once when all that came is read, else once the client has had time to take it. */
  #close(): void {
    const { stream } = this;
    const isAllRead = this.#body === null && this.#ahead === null;
    this.#isClosing = true;
    this.#body = null;
    this.#ahead = null;
    this.#isFull = false;
    this.resume();
    this.#timer.start(this.#parts.limits().idleMs, () => stream.destroy());
    stream.end(() => {
      if (isAllRead || this.#hasEnded) stream.destroy();
      else this.#timer.start(lingerMs, () => stream.destroy());
    });
  }

  #onDrain(): void {
    if (this.#taker !== null) this.#taker.onDrain();
    else {
      if (this.#timer.isAbout === 'write') this.#timer.stop();
      this.#exchange?.onClientDrain();
      if (this.#isFull && this.#exchange === null) {
        this.#setFull(false);
        this.#readOn();
      }
    }
  }

  #onEnd(): void {
    this.#hasEnded = true;
    if (this.#taker !== null) this.#taker.onEnd();
    else if (this.#exchange === null || this.#body !== null) this.stream.destroy();
    // It may only have closed its half, or be gone: then nothing is taken any more.
    else this.#timer.start(halfAnsweredMs, () => this.stream.destroy());
  }

  #onClose(): void {
    this.#timer.clear();
    this.#parts.connections.delete(this);
    this.#taker?.onClose();
    this.#exchange?.abort();
    this.#exchange = null;
  }

  #awaitHead(): void {
    const { headersMs } = this.#parts.limits();
    this.#timer.start(headersMs, () => this.refuse({ status: 408, says: 'Request Timeout' }, null), 'head');
  }

  #awaitNext(): void {
    this.#timer.start(this.#parts.limits().idleMs, () => this.stream.destroy(), 'next');
  }

  #awaitBody(): void {
    this.#timer.start(this.#parts.limits().idleMs, () => {
      // Full buffers towards the server are not the client's fault.
      if (this.#exchange?.isBodyAwaited === false) this.#awaitBody();
      else this.#exchange?.failRequest({ status: 408, says: 'The request stopped half way' });
    });
  }

  /** A client that takes nothing of its answer is given up on. */
  #watchWrite(canTakeMore: boolean): void {
    if (this.#hasEnded && !this.#isClosing) this.#timer.again();
    else if (!canTakeMore && this.#body === null && !this.#isClosing) {
      this.#timer.start(this.#parts.limits().idleMs, () => this.stream.destroy(), 'write');
    }
  }
}
