import { answerHeaders } from './answer-headers.ts';
import type { ClientConnection } from './client-connection.ts';
import { countAnswer, type Destination, type Forwarding } from './destination.ts';
import type { Refusal } from './error-page.ts';
import { mayRetry, noteFailure, noteSuccess, refusalOf } from './failure.ts';
import { fieldLines } from './head-fields.ts';
import { type RawHeaders, requestHeaders, trailerPairs } from './headers.ts';
import { clientAddress, enterHub, leaveHub } from './hub-share.ts';
import type { Ending } from './open-endings.ts';
import { tooLarge, tooManyOfAddress, tooManyUpgrades } from './refusals.ts';
import type { RequestBody } from './request-body.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import { Tunnel } from './tunnel.ts';
import type { Asker, Taker, UpstreamConnection } from './upstream-connection.ts';

/** Bodies up to this size are sent as one piece with their head. */
const smallBody = 8192;

/** One request: sent on to its destination, the answer streamed back; either side ends when the other does early. */
export class Exchange implements Asker, Ending {
  place = -1;
  readonly head: RequestHead;
  address = '';
  #parts: Forwarding;
  #client: ClientConnection;
  #to: Destination;
  #body: RequestBody;
  #connection: UpstreamConnection | null = null;
  #headers: RawHeaders = [];
  #isRetry = false;
  #isHeadSent = false;
  #isOver = false;
  /** The client waits for `100 Continue`. */
  #mayContinue: boolean;
  /** The address whose share of the hub this takes, or ''. */
  #hubShare = '';
  #answer: ResponseHead | null = null;
  /** Head of the answer that waits for the first bytes of its body. */
  #held = '';
  /** Whether chunks are taken apart for a client that does not know them. */
  #unchunks = false;
  /** Only the end of the connection ends the answer. */
  #isOpenEnded = false;

  constructor(parts: Forwarding, client: ClientConnection, to: Destination, body: RequestBody) {
    this.#parts = parts;
    this.#client = client;
    this.#to = to;
    this.#body = body;
    this.head = body.head;
    this.#mayContinue = body.head.expects;
  }

  get method(): string {
    return this.head.method;
  }

  get upgrade(): string | null {
    return this.#isWebsocket ? 'websocket' : null;
  }

  get isRequestSent(): boolean {
    return this.#body.isDone;
  }

  get #isWebsocket(): boolean {
    return this.head.upgrade === 'websocket' && this.head.method === 'GET';
  }

  /** Bytes of the request's body that came with its head are in `body` already. */
  begin(): void {
    const { head } = this;
    const to = this.#to;
    const limits = this.#parts.limits();
    this.#parts.counters.requests++;
    if (this.#isWebsocket) this.#parts.counters.upgrades++;
    if (limits.maxBodySize > 0 && head.length > limits.maxBodySize) return this.#refuse(tooLarge);
    const headers = requestHeaders(head.raw, {
      client: this.#client.facts,
      trusts: limits.trusts,
      remoteUser: limits.remoteUser,
      toServer: to.serverPrefix !== null,
      framing: head.framing,
      method: head.method,
      expects: head.expects,
      upgrade: this.upgrade,
    });
    this.address = clientAddress(headers);
    const hubShare = to.serverPrefix === null ? this.address : '';
    to.rewrite?.request(headers);
    this.#headers = headers;
    if (!enterHub(this.#parts, hubShare)) return this.#refuse(tooManyOfAddress);
    this.#hubShare = hubShare;
    to.open.add(this);
    this.#send();
  }

  #send(): void {
    const { pool } = this.#to.upstream;
    if (!this.#isWebsocket) return pool.ask(this);
    this.#connection = pool.askAlone(this);
    if (this.#connection === null) this.#refuse(tooManyUpgrades);
  }

  onConnection(connection: UpstreamConnection): void {
    this.#connection = connection;
    this.#isHeadSent = true;
    const { socket } = connection;
    const { batch } = this.#parts;
    const target = this.#to.rewrite?.target(this.head.target) ?? this.head.target;
    let text = `${this.head.method} ${target} HTTP/1.1\r\n${fieldLines(this.#headers)}\r\n`;
    const early = this.#body.takeEarly();
    if (early === null) batch.write(socket, text);
    else if (early.length <= smallBody) {
      text += early.toString('latin1');
      batch.write(socket, text);
    } else {
      socket.cork();
      socket.write(text, 'latin1');
      socket.write(early);
      socket.uncork();
    }
    if (socket.writableNeedDrain) this.#client.pause();
    else this.#client.resume();
  }

  /** Bytes of the request's body have come. */
  onRequestBody(bytes: Buffer): void {
    const connection = this.#connection;
    if (connection === null || !this.#isHeadSent) {
      this.#body.keepEarly(bytes);
      this.#client.pause();
    } else if (!connection.socket.write(bytes)) this.#client.pause();
  }

  /** Whether the client could send more of the body if it wanted to. */
  get isBodyAwaited(): boolean {
    const connection = this.#connection;
    return connection !== null && this.#isHeadSent && !connection.socket.writableNeedDrain;
  }

  /** The client sent what cannot go on; nothing more of it is read. */
  failRequest(refusal: Refusal): void {
    this.#dropConnection();
    this.#refuse(refusal);
  }

  onDrain(): void {
    this.#client.resume();
  }

  isPassedOn(): boolean {
    return this.#client.isPassedOn;
  }

  /** The client takes bytes again. */
  onClientDrain(): void {
    this.#connection?.socket.resume();
  }

  /** Once: a server that says it without end would fill the proxy with what its client does not take. */
  onContinue(): void {
    if (!this.#mayContinue || this.#body.isDone) return;
    this.#mayContinue = false;
    this.#client.write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  onAnswer(answer: ResponseHead): void {
    noteSuccess(this.#parts, this.#to);
    this.#answer = answer;
    this.#noteActivity();
    const { minor } = this.head;
    this.#unchunks = answer.framing === 'chunked' && minor === 0;
    this.#isOpenEnded = answer.framing === 'close' || this.#unchunks;
    if (this.#isOpenEnded || !this.#body.isDone) this.#client.endAfterAnswer();
    const headers = this.#headersOf(answer);
    let text = `HTTP/1.1 ${answer.status} ${answer.reason}\r\n${fieldLines(headers)}`;
    if (answer.framing === 'chunked' && !this.#unchunks) text += 'Transfer-Encoding: chunked\r\n';
    if (this.#client.isEnding) text += 'Connection: close\r\n';
    else if (minor === 0) text += 'Connection: keep-alive\r\n';
    this.#held = `${text}\r\n`;
    countAnswer(this.#parts.counters, answer.status);
  }

  #headersOf(answer: ResponseHead): string[] {
    const hsts = this.#client.facts.encrypted ? this.#parts.limits().hsts : '';
    return answerHeaders(answer, this.head, this.#to, hsts);
  }

  onBody(bytes: Buffer, data: readonly number[] | null): void {
    if (this.#unchunks && data !== null) {
      for (let i = 0; i + 1 < data.length; i += 2) this.#write(bytes.subarray(data[i], data[i + 1]));
    } else this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    const client = this.#client;
    const held = this.#held;
    this.#held = '';
    let canTakeMore: boolean;
    if (held === '') canTakeMore = client.write(bytes);
    else if (bytes.length <= smallBody) canTakeMore = client.write(held + bytes.toString('latin1'));
    else canTakeMore = client.writeTwo(held, bytes);
    if (!canTakeMore) this.#connection?.socket.pause();
  }

  onPause(): void {
    if (this.#held === '') return;
    this.#client.write(this.#held);
    this.#held = '';
  }

  onAnswerEnd(trailers: RawHeaders | null): void {
    let tail = this.#held;
    this.#held = '';
    if (trailers !== null && !this.#unchunks) tail += `${fieldLines(trailerPairs(trailers).flat())}\r\n`;
    if (tail !== '') this.#client.write(tail);
    this.#noteActivity();
    this.#connection = null;
    this.#leave();
    this.#client.onAnswered();
  }

  onSwitch(answer: ResponseHead, connection: UpstreamConnection, rest: Buffer): Taker {
    noteSuccess(this.#parts, this.#to);
    this.#connection = null;
    this.#leave();
    const headers = this.#headersOf(answer);
    const head = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${fieldLines(headers)}\r\n`;
    this.#client.write(head + rest.toString('latin1'));
    countAnswer(this.#parts.counters, 101);
    const tunnel = new Tunnel(this.#parts, this.#to, this.#client.stream, connection.socket);
    this.#client.switchTo(tunnel.client);
    return tunnel.server;
  }

  onFailure(error: Error): void {
    const connection = this.#connection;
    this.#connection = null;
    if (this.#isOver) return;
    if (this.#answer !== null) {
      this.#client.cut(this.#isOpenEnded);
    } else if (!this.#isRetry && mayRetry(this.head, connection, error)) {
      this.#isRetry = true;
      this.#isHeadSent = false;
      this.#send();
    } else {
      noteFailure(this.#parts, this.#to, error);
      this.#refuse(refusalOf(this.#to, error));
    }
  }

  /** The client is gone: neither its request nor what would answer it is of use any more. */
  abort(): void {
    this.#dropConnection();
    this.#leave();
  }

  /** The route is gone. */
  destroy(): void {
    this.#client.cut();
  }

  #refuse(refusal: Refusal): void {
    if (this.#isOver) return;
    if (this.#answer !== null) {
      this.#client.cut(this.#isOpenEnded);
      return;
    }
    this.#leave();
    const late = this.#to.rewrite && this.#parts.errorPages().late(refusal, this.head);
    if (late === null) this.#client.refuse(refusal, this.head);
    else void late.then((answer) => this.#client.answerLate(this, answer));
  }

  #dropConnection(): void {
    this.#connection?.drop();
    this.#connection = null;
    this.#to.upstream.pool.cancel(this);
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#to.open.delete(this);
    leaveHub(this.#parts.counters.hubRequests, this.#hubShare);
  }

  #noteActivity(): void {
    const { serverPrefix, rewrite } = this.#to;
    // Nobody asks for that of this host's own hub.
    if ((serverPrefix ?? rewrite) !== null && (this.#answer?.status ?? 500) < 400)
      this.#to.lastActivity = this.#parts.clock();
  }
}
