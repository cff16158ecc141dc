import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerUnderWay, type Connections } from './connections.ts';
import type { Destination, Forwarding } from './destination.ts';
import { decide } from './dispatch.ts';
import type { Refusal } from './error-page.ts';
import { forwardRequest, framingOf } from './forward-request.ts';
import { asksForWebsocket, forwardUpgrade } from './forward-upgrade.ts';
import { applyLimits } from './limits.ts';
import { refuse, refuseSocket, responseOn } from './refuse.ts';
import type { Route } from './routes.ts';
import type { RouteTable } from './route-table.ts';

/** Between two warnings that connections are turned away. */
const fullWarningMs = 60_000;

export interface ListenerParts extends Forwarding {
  readonly table: RouteTable<Route>;
  readonly hub: Destination;
  readonly connections: Connections;
}

/** The HTTP server that browsers see; not listening yet. */
export function makeListener(parts: ListenerParts): Server {
  const limits = parts.limits();
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: limits.maxHeaderSize,
    connectionsCheckingInterval: 2_000,
    keepAlive: true,
    noDelay: true,
  });
  applyLimits(server, limits);

  const handle = (expects: boolean) => (req: IncomingMessage, res: ServerResponse) => {
    const decision = decide(req, parts.table, parts.hub);
    if (decision.kind === 'forward') forwardRequest(parts, { req, res, to: decision.to, expects });
    else if (decision.kind === 'refuse') refuse(req, res, decision.refusal);
    else answerHealth(res);
  };
  server.on('connection', (socket: Socket) => parts.connections.add(socket));
  server.on('request', handle(false));
  server.on('checkContinue', handle(true));
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) =>
    upgrade(parts, req, socket as Socket, head),
  );
  server.on('connect', (_req, socket: Duplex) => {
    socket.on('error', () => undefined);
    refuseSocket(socket, { status: 405, says: 'Method Not Allowed' });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => onClientError(error, socket));
  let warnedAt = -fullWarningMs;
  server.on('drop', () => {
    // Those that only wait for a next request make room first.
    parts.connections.closeIdle();
    if (parts.clock() - warnedAt < fullWarningMs) return;
    warnedAt = parts.clock();
    parts.log.warn(
      `there are ${server.maxConnections} connections already; turning further ones away (proxy.max_connections)`,
    );
  });
  return server;
}

function upgrade(parts: ListenerParts, req: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => undefined);
  parts.connections.take(socket);
  // An answer to an earlier request on this connection is still under way; the two would mix.
  if (answerUnderWay(socket) !== undefined) {
    socket.destroy();
    return;
  }
  if (framingOf(req) !== 'none') {
    // Where its body ends and the new protocol begins, two readers could see differently.
    refuse(req, responseOn(req, socket), { status: 400, says: 'Bad request: an upgrade cannot have a body' });
    return;
  }
  const decision = decide(req, parts.table, parts.hub);
  if (decision.kind === 'refuse') refuse(req, responseOn(req, socket), decision.refusal);
  else if (decision.kind === 'health') answerHealth(responseOn(req, socket));
  else if (asksForWebsocket(req)) forwardUpgrade(parts, { req, socket, head, to: decision.to });
  else forwardRequest(parts, { req, res: responseOn(req, socket), to: decision.to, expects: false });
}

function answerHealth(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  res.end('{"status":"OK"}');
}

const clientErrors: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, says: 'Request Timeout' },
  HPE_HEADER_OVERFLOW: { status: 431, says: 'The head of the request is larger than this hub allows' },
};
const badRequest: Refusal = { status: 400, says: 'Bad Request' };

function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const code = error.code ?? '';
  if (code === 'ECONNRESET' || code === 'EPIPE' || hasAnswered(socket)) socket.destroy();
  else refuseSocket(socket, clientErrors[code] ?? badRequest);
}

function hasAnswered(socket: Duplex): boolean {
  return answerUnderWay(socket)?.headersSent === true;
}
