import type { Duplex } from 'node:stream';
import type { ClientFacts } from './client-facts.ts';
import { ClientPatience } from './client-patience.ts';
import { cutStream } from './cut-stream.ts';
import { countAnswer } from './destination.ts';
import { decide } from './dispatch.ts';
import type { EngineParts } from './engine.ts';
import { type Answer, answerText, type Refusal } from './error-page.ts';
import { Exchange } from './exchange.ts';
import { Intake } from './intake.ts';
import { isPassedOn } from './read-buffer.ts';
import { tooLarge } from './refusals.ts';
import { RequestBody } from './request-body.ts';
import type { RequestHead } from './request-head.ts';
import type { Taker } from './upstream-connection.ts';

/** A client's connection: requests one after another, each answered before the next is looked at. */
export class ClientConnection {
  readonly stream: Duplex;
  readonly facts: ClientFacts;
  #parts: EngineParts;
  #patience: ClientPatience;
  #intake: Intake;
  #exchange: Exchange | null = null;
  #body: RequestBody | null = null;
  #taker: Taker | null = null;
  #isReading = false;
  #hasAnswered = false;
  /** The client will send nothing more. */
  #hasEnded = false;
  #isClosing = false;
  #isEnding = false;

  constructor(parts: EngineParts, stream: Duplex, facts: ClientFacts) {
    this.#parts = parts;
    this.stream = stream;
    this.facts = facts;
    this.#patience = new ClientPatience(parts.limits, stream);
    this.#intake = new Intake(stream);
    parts.connections.add(this);
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('drain', () => this.#onDrain());
    stream.on('end', () => this.#onEnd());
    // Whatever goes wrong ends in a close.
    stream.on('error', () => undefined);
    stream.on('close', () => this.#onClose());
    this.#awaitHead();
  }

  /** It has had an answer, to the last byte, and waits for a next request. */
  get isIdle(): boolean {
    return this.#hasAnswered && this.#isAtRest && this.stream.writableLength === 0;
  }

  /** It has never said anything: browsers connect ahead of what they may want. */
  get isSilent(): boolean {
    return !this.#hasAnswered && this.#isAtRest && this.#intake.isEmpty;
  }

  get #isAtRest(): boolean {
    return this.#exchange === null && this.#taker === null && !this.#isClosing;
  }

  /** No request comes after the one that is being answered. */
  get isEnding(): boolean {
    const isLast = this.#hasEnded && this.#intake.isEmpty;
    return this.#isEnding || isLast || this.#parts.connections.isDraining;
  }

  get isPassedOn(): boolean {
    return isPassedOn(this.stream);
  }

  endAfterAnswer(): void {
    this.#isEnding = true;
  }

  /** false: hold back until onClientDrain. */
  write(data: string | Buffer): boolean {
    const canTakeMore = typeof data === 'string' ? this.#parts.batch.write(this.stream, data) : this.stream.write(data);
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
    this.#intake.hold();
  }

  resume(): void {
    this.#intake.release();
  }

  /** From now on somebody else hears what the client sends, beginning with what has come already. */
  switchTo(taker: Taker): void {
    const ahead = this.#intake.take();
    this.#exchange = null;
    this.#taker = taker;
    this.#patience.clear();
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
    this.#answer(this.#parts.errorPages().pageOf(refusal, head), head);
  }

  /** A page that had to be asked for; nothing happens when the client is no longer waiting for it. */
  answerLate(exchange: Exchange, answer: Answer): void {
    if (this.#exchange === exchange && !this.#isClosing) this.#answer(answer, exchange.head);
  }

  /** Ends the connection after what was written. `isOpenEnded`: only a reset tells the client that this is not the whole answer. */
  cut(isOpenEnded = false): void {
    const { stream } = this;
    this.#isClosing = true;
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.abort();
    if (stream.destroyed) return;
    cutStream(stream, isOpenEnded);
    if (!stream.destroyed) this.#patience.forLinger();
  }

  destroy(): void {
    this.stream.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#taker !== null) this.#taker.onData(chunk);
    else if (!this.#isClosing) {
      if (this.#body !== null) this.#readBody(chunk);
      else {
        this.#intake.put(chunk);
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
    // Answers that the client does not take would pile up.
    if (this.stream.writableNeedDrain) {
      this.#intake.setFull(true);
      return false;
    }
    const read = this.#intake.takeHead(this.#parts.limits().maxHeaderSize);
    if (read === null) this.#awaitMore();
    else if ('refusal' in read) this.refuse(read.refusal, null);
    else this.#begin(read.head);
    return read !== null;
  }

  #begin(head: RequestHead): void {
    this.#patience.stop();
    const { limits, table, hub } = this.#parts;
    // What comes after a request for another protocol could be that.
    this.#isEnding = !head.keepAlive || head.upgrade !== null;
    const body = new RequestBody(head, limits().maxBodySize);
    if (!body.isDone) this.#body = body;
    const decision = decide(head, table, hub);
    if (decision.kind === 'refuse') this.refuse(decision.refusal, head);
    else if (decision.kind === 'answer') this.#answer(decision.answer, head);
    else {
      const exchange = new Exchange(this.#parts, this, decision.to, body);
      this.#exchange = exchange;
      if (!body.isDone) {
        this.#awaitBody();
        const ahead = this.#intake.take();
        if (ahead !== null) this.#readBody(ahead);
      } else if (this.#hasEnded) this.#patience.forTaking();
      if (this.#exchange === exchange) exchange.begin();
      if (this.#exchange === exchange) this.#lookAhead();
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
      this.#patience.stop();
    } else this.#patience.again();
    if (rest !== null) this.#intake.put(rest);
    if (bytes !== null) exchange.onRequestBody(bytes);
  }

  /** Nobody sends an upgrade before he has his last answer, but to have the two mixed. */
  #lookAhead(): void {
    if (this.#intake.isUpgradeAhead(this.#parts.limits().maxHeaderSize)) this.cut();
  }

  #answer(answer: Answer, head: RequestHead | null): void {
    // What is left of the request's body would be read as the next request.
    if (this.#body !== null) this.#isEnding = true;
    countAnswer(this.#parts.counters, answer.status);
    this.write(answerText(answer, head, this.isEnding));
    this.onAnswered();
  }

  /** After the answer: at once when all that came is read, else once the client has had time to take it. */
  #close(): void {
    const { stream } = this;
    const isAllRead = this.#body === null && this.#intake.isEmpty;
    this.#isClosing = true;
    this.#body = null;
    this.#intake.take();
    this.resume();
    this.#patience.forLastWrite();
    stream.end(() => {
      if (isAllRead || this.#hasEnded) stream.destroy();
      else this.#patience.forLinger();
    });
  }

  #onDrain(): void {
    if (this.#taker !== null) this.#taker.onDrain();
    else {
      this.#patience.onWritten();
      this.#exchange?.onClientDrain();
      if (this.#exchange === null) this.#readOn();
    }
  }

  #onEnd(): void {
    this.#hasEnded = true;
    if (this.#taker !== null) this.#taker.onEnd();
    else if (this.#body !== null) this.stream.destroy();
    else if (this.#exchange !== null) this.#patience.forTaking();
    else if (!this.#isClosing) this.#close();
    else if (this.stream.writableLength === 0) this.stream.destroy();
  }

  #onClose(): void {
    this.#patience.clear();
    this.#parts.connections.delete(this);
    this.#taker?.onClose();
    this.#exchange?.abort();
    this.#exchange = null;
  }

  #awaitHead(): void {
    this.#patience.forHead(() => this.refuse({ status: 408, says: 'Request Timeout' }, null));
  }

  #awaitMore(): void {
    if (this.#hasEnded) this.#close();
    else if (!this.#intake.isEmpty && !this.#patience.isForHead) this.#awaitHead();
    else if (this.#intake.isEmpty && this.#hasAnswered) this.#patience.forNextRequest();
  }

  #awaitBody(): void {
    this.#patience.forBody(() => {
      // Full buffers towards the server are not the client's fault.
      if (this.#exchange?.isBodyAwaited === false) this.#awaitBody();
      else this.#exchange?.failRequest({ status: 408, says: 'The request stopped half way' });
    });
  }

  #watchWrite(canTakeMore: boolean): void {
    if (this.#hasEnded && !this.#isClosing) this.#patience.again();
    else if (!canTakeMore && this.#body === null && !this.#isClosing) this.#patience.forWrite();
  }
}
