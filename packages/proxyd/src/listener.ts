import { createServer, type Server } from 'node:net';
import { ClientConnection, type EngineParts } from './client-connection.ts';
import type { Engine } from './engine.ts';

/** Between two warnings that connections are turned away. */
const fullWarningMs = 60_000;

export function makeEngine(parts: EngineParts): Engine {
  return {
    serve(stream, facts) {
      new ClientConnection(parts, stream, facts);
    },
  };
}

/** The listener for plain HTTP; not listening yet. */
export function makeListener(parts: EngineParts, engine: Engine): Server {
  const server = createServer({ allowHalfOpen: true, keepAlive: true, noDelay: true }, (socket) =>
    engine.serve(socket, { remoteAddress: socket.remoteAddress, encrypted: false }),
  );
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
