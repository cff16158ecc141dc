import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorPage, type Refusal } from './error-page.ts';

/** Answers with an error of the proxy itself, or ends the connection when an answer has begun. */
export function refuse(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const { headers, body } = errorPage(refusal, req.headers.accept);
  // What is left of the request's body would be read as the next request.
  if (!req.complete) headers.push('Connection', 'close');
  if (refusal.status === 405) headers.push('Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
  res.writeHead(refusal.status, headers);
  res.end(body);
  req.resume();
}

/** An ordinary response on a connection that Node has handed over for an upgrade; the connection ends with it. */
export function responseOn(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket as Socket);
  res.once('finish', () => {
    res.detachSocket(socket as Socket);
    (socket as Socket).destroySoon();
    // Node's server does so for its own; whoever counts what is under way waits for it.
    res.emit('close');
  });
  socket.once('close', () => {
    if (!res.writableFinished) res.destroy();
  });
  return res;
}

/** Answers on a bare connection whose request could not be parsed. */
export function refuseSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { headers, body } = errorPage(refusal, undefined);
  const lines = [
    `HTTP/1.1 ${refusal.status} ${refusal.status === 431 ? 'Request Header Fields Too Large' : refusal.says}`,
  ];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`), body]));
}
