import { createServer, type Server } from 'node:net';
import { ClientConnection } from './client-connection.ts';
import type { Engine, EngineParts } from './engine.ts';
import { descriptorOf } from './upstream.ts';

/** Between two warnings that connections are turned away. */
const fullWarningMs = 60_000;

export function makeEngine(parts: EngineParts): Engine {
  return {
    serve(stream, facts) {
      new ClientConnection(parts, stream, facts);
    },
  };
}

interface ListenerParts extends EngineParts {
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
}

/** The listener for plain HTTP; not listening yet. */
export function makeListener(parts: ListenerParts, engine: Engine): Server {
  const server = createServer({ allowHalfOpen: true, keepAlive: true, noDelay: true }, (socket) =>
    engine.serve(socket, {
      remoteAddress: socket.remoteAddress,
      encrypted: false,
      peerUid: () => parts.peer(descriptorOf(socket)).uid,
    }),
  );
  watchFull(parts, server);
  return server;
}

/** Makes room on a listener with as many connections as it may have, and says so from time to time. */
export function watchFull(parts: Pick<EngineParts, 'clock' | 'connections' | 'log'>, server: Server): void {
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
}
