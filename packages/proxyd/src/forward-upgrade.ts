import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FrameWatcher } from './activity.ts';
import type { Destination, Forwarding } from './destination.ts';
import { noteFailure, noteSuccess, refusalOf } from './failure.ts';
import { answerWith, clientSide, limitSilence } from './forward-request.ts';
import { type RawHeaders, requestHeaders, responseHeaders } from './headers.ts';
import { halfClosedMs } from './limits.ts';
import { refuse, responseOn } from './refuse.ts';

export interface Upgrade {
  readonly req: IncomingMessage;
  readonly socket: Socket;
  /** What the client sent after its request's head. */
  readonly head: Buffer;
  readonly to: Destination;
}

/** Asks the server to switch to a websocket and joins the two connections, or passes on why not. */
export function forwardUpgrade(parts: Forwarding, { req, socket, head, to }: Upgrade): void {
  parts.counters.requests++;
  const headers = requestHeaders(req.rawHeaders, {
    client: clientSide(req),
    trusts: parts.limits().trusts,
    toServer: to.serverPrefix !== null,
    framing: 'none',
    method: 'GET',
    expects: false,
    upgrade: 'websocket',
  });
  const out = to.upstream.requestAlone({ method: 'GET', path: req.url, headers });
  let isJoined = false;
  to.open.add(socket);
  socket.once('close', () => {
    to.open.delete(socket);
    out.destroy();
  });
  const fail = (error: Error) => {
    if (isJoined || socket.destroyed) return;
    noteFailure(parts, to, error);
    refuse(req, responseOn(req, socket), refusalOf(to, error));
  };
  out.on('error', fail);
  out.once('response', (answer) => {
    noteSuccess(parts, to);
    answerWith(parts, { req, res: responseOn(req, socket), to }, answer, out);
  });
  out.once('upgrade', (answer, server: Socket, serverHead: Buffer) => {
    if (answer.headers.upgrade?.toLowerCase() !== 'websocket') {
      server.destroy();
      fail(new Error('it switched to another protocol than asked for'));
      return;
    }
    isJoined = true;
    noteSuccess(parts, to);
    socket.write(
      switchingHead(responseHeaders(answer.rawHeaders, { serverPrefix: to.serverPrefix, target: req.url ?? '' })),
      'latin1',
    );
    if (serverHead.length > 0) socket.write(serverHead);
    join(parts, to, { socket, server, head });
  });
  limitSilence(parts, out);
  out.end();
}

/** Whether a request is for what this proxy can switch to; anything else named in Upgrade is ignored, as HTTP allows. */
export function asksForWebsocket(req: IncomingMessage): boolean {
  return req.method === 'GET' && req.httpVersion === '1.1' && req.headers.upgrade?.toLowerCase() === 'websocket';
}

function join(
  parts: Forwarding,
  to: Destination,
  { socket, server, head }: { socket: Socket; server: Socket; head: Buffer },
): void {
  parts.counters.websockets++;
  if (to.serverPrefix !== null) to.lastActivity = parts.clock();
  for (const side of [socket, server]) {
    side.setTimeout(0);
    side.setNoDelay(true);
    side.setKeepAlive(true, 30_000);
  }
  // Read again as if it had just arrived, so that it is watched like the rest; before anybody listens, or it is lost.
  if (head.length > 0) socket.unshift(head);
  const frames = new FrameWatcher();
  const watch = (chunk: Uint8Array) => {
    if (frames.push(chunk)) to.lastActivity = parts.clock();
  };
  if (to.serverPrefix !== null) socket.on('data', watch);
  pair(socket, server);
  pair(server, socket);
  socket.once('close', () => {
    parts.counters.websockets--;
    server.destroy();
  });
  server.once('close', () => {
    endSoon(socket);
  });
}

/** From one side to the other. A side that has ended leaves the other a little time to do so too. */
function pair(from: Socket, into: Socket): void {
  // Whatever goes wrong ends in a close, and that ends both.
  from.on('error', () => undefined);
  from.once('end', () => {
    into.setTimeout(halfClosedMs, () => into.destroy());
  });
  from.pipe(into);
}

/** Lets the client have what was already sent to it, unless it does not take it. */
function endSoon(socket: Socket): void {
  socket.setTimeout(halfClosedMs, () => socket.destroy());
  socket.destroySoon();
}

function switchingHead(headers: RawHeaders): string {
  let head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${head}\r\n`;
}
