import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Destination, Forwarding } from './destination.ts';
import { codeOf, noteFailure, noteSuccess, refusalOf } from './failure.ts';
import { type ClientSide, type Framing, requestHeaders, responseHeaders, trailerPairs } from './headers.ts';
import { maxHubRequestsOfAddress } from './limits.ts';
import { refuse } from './refuse.ts';
import { coded, upstreamCodes } from './upstream.ts';

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly to: Destination;
  /** Whether the client waits for `100 Continue` before it sends its body. */
  readonly expects: boolean;
}

/** Sends a request on and streams the answer back; ends either side when the other ends early. */
export function forwardRequest(parts: Forwarding, exchange: Exchange): void {
  const { req, res, to } = exchange;
  parts.counters.requests++;
  const framing = framingOf(req);
  const { maxBodySize, idleMs } = parts.limits();
  if (maxBodySize > 0 && Number(req.headers['content-length'] ?? 0) > maxBodySize) {
    refuse(req, res, tooLarge);
    return;
  }
  const headers = requestHeaders(req.rawHeaders, {
    client: clientSide(req),
    trusts: parts.limits().trusts,
    toServer: to.serverPrefix !== null,
    framing,
    method: req.method ?? 'GET',
    expects: exchange.expects,
    upgrade: null,
  });

  const address = to.serverPrefix === null ? clientAddress(headers) : '';
  if (!enterHub(parts, address)) {
    refuse(req, res, tooMany);
    return;
  }
  let out: ClientRequest | undefined;
  to.open.add(res);
  res.once('close', () => {
    to.open.delete(res);
    leaveHub(parts, address);
    // Neither a client that has gone nor an answer that came before the body may leave the server's side open.
    if (!res.writableFinished || out?.writableFinished === false) out?.destroy();
  });
  // A client that breaks off shows as the response's close.
  req.on('error', ignore);
  res.on('error', ignore);

  const send = (isRetry: boolean) => {
    out = to.upstream.request({ method: req.method, path: req.url, headers });
    const attempt = out;
    const fail = (error: Error) => {
      if (attempt !== out || res.destroyed || res.writableEnded) return;
      if (!isRetry && isStale(attempt, req, framing, error)) {
        send(true);
        return;
      }
      noteFailure(parts, to, error);
      req.unpipe(attempt);
      refuse(req, res, refusalOf(to, error));
    };
    attempt.on('error', fail);
    // Without a listener Node would drop the connection and say nothing.
    attempt.once('upgrade', (_answer, socket) => {
      socket.destroy();
      fail(new Error('it switched to another protocol unasked'));
    });
    attempt.once('response', (answer) => {
      noteSuccess(parts, to);
      answerWith(parts, exchange, answer, attempt);
    });
    if (exchange.expects) attempt.once('continue', () => res.writeContinue());
    limitSilence(parts, attempt);
    if (framing === 'none') attempt.end();
    else sendBody(exchange, attempt, maxBodySize, idleMs);
  };
  send(false);
}

const tooMany = { status: 429, says: 'Too many requests are under way from this address' };

/** What requestHeaders has worked out; '' for loopback, where a proxy that is not in trusted_proxies speaks for many. */
function clientAddress(headers: readonly string[]): string {
  const at = headers.indexOf('X-Real-IP');
  const address = at === -1 ? '' : (headers[at + 1] ?? '');
  return address === '::1' || address.startsWith('127.') ? '' : address;
}

function enterHub({ counters: { hubRequests } }: Forwarding, address: string): boolean {
  const before = hubRequests.get(address) ?? 0;
  if (address !== '' && before >= maxHubRequestsOfAddress) return false;
  if (address !== '') hubRequests.set(address, before + 1);
  return true;
}

function leaveHub({ counters: { hubRequests } }: Forwarding, address: string): void {
  const left = (hubRequests.get(address) ?? 0) - 1;
  if (left > 0) hubRequests.set(address, left);
  else hubRequests.delete(address);
}

/** Streams an answer to the client; the destination's activity is noted. */
export function answerWith(
  parts: Forwarding,
  { req, res, to }: Pick<Exchange, 'req' | 'res' | 'to'>,
  answer: IncomingMessage,
  from: ClientRequest,
): void {
  const { statusCode = 502, statusMessage = '', rawHeaders } = answer;
  const coding = answer.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    from.destroy();
    refuse(req, res, refusalOf(to, new Error('transfer coding not understood')));
    return;
  }
  const isActive = to.serverPrefix !== null && statusCode < 400;
  if (isActive) to.lastActivity = parts.clock();
  const headers = responseHeaders(rawHeaders, { serverPrefix: to.serverPrefix, target: req.url ?? '' });
  if (!req.complete) headers.push('Connection', 'close');
  answer.on('error', () => res.destroy());
  answer.once('end', () => {
    if (isActive) to.lastActivity = parts.clock();
    if (answer.rawTrailers.length > 0) res.addTrailers(trailerPairs(answer.rawTrailers));
    res.end();
  });
  answer.once('close', () => {
    if (!answer.complete) res.destroy();
  });
  try {
    res.writeHead(statusCode, statusMessage, headers);
  } catch {
    // Node reads some heads that it would not write.
    from.destroy();
    refuse(req, res, refusalOf(to, new Error('a head that cannot be passed on')));
    return;
  }
  let hasBegun = false;
  answer.once('data', () => {
    hasBegun = true;
  });
  answer.pipe(res, { end: false });
  // Head and first bytes go out together if both are there; otherwise the client shall see that a slow answer has begun.
  setImmediate(() => {
    if (!hasBegun && !res.destroyed && !res.writableEnded) res.flushHeaders();
  });
}

export function framingOf(req: IncomingMessage): Framing {
  if (req.headers['transfer-encoding'] !== undefined) return 'chunked';
  return (req.headers['content-length'] ?? '0') === '0' ? 'none' : 'length';
}

export function clientSide(req: IncomingMessage): ClientSide {
  const socket = req.socket as Socket & { encrypted?: boolean };
  return { remoteAddress: socket.remoteAddress, isSecure: socket.encrypted === true };
}

export function limitSilence(parts: Forwarding, out: ClientRequest): void {
  const { upstreamMs } = parts.limits();
  if (upstreamMs === 0) return;
  out.setTimeout(upstreamMs, () => {
    out.destroy(coded(upstreamCodes.silent, `no byte for ${upstreamMs / 1000} s`));
  });
}

const tooLarge = { status: 413, says: 'The request is larger than this hub allows' };

function sendBody({ req, res, expects }: Exchange, out: ClientRequest, maxBodySize: number, idleMs: number): void {
  if (expects) out.flushHeaders();
  if (maxBodySize > 0) {
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodySize) return;
      req.unpipe(out);
      out.destroy();
      refuse(req, res, tooLarge);
    });
  }
  if (idleMs > 0) {
    req.setTimeout(idleMs, () => {
      // Full buffers towards the server are not the client's fault.
      if (out.writableNeedDrain) return;
      out.destroy();
      refuse(req, res, { status: 408, says: 'The request stopped half way' });
    });
  }
  req.once('end', () => {
    req.setTimeout(0);
    if (req.rawTrailers.length > 0) out.addTrailers(trailerPairs(req.rawTrailers));
    out.end();
  });
  req.pipe(out, { end: false });
}

/** A kept connection that the server closed just as the request was sent: safe requests are sent once more. */
function isStale(out: ClientRequest, req: IncomingMessage, framing: Framing, error: unknown): boolean {
  const isSafe = req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS';
  return out.reusedSocket && isSafe && framing === 'none' && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

function ignore(): void {}
