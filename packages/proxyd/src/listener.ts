import { createServer, type Server, type Socket } from 'node:net';
import { AddressShare } from './address-share.ts';
import { ClientConnection } from './client-connection.ts';
import type { Engine, EngineParts } from './engine.ts';
import { plainAddress } from './trusted-peers.ts';
import { descriptorOf } from './upstream.ts';

/** Between two warnings that connections are turned away. */
const warningMs = 60_000;
const makeRoomMs = 50;

type WatchParts = Pick<EngineParts, 'clock' | 'connections' | 'limits' | 'log'>;

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

/** Keeps a listener from being filled: by one address, or by connections that idle. Says from time to time who is turned away. */
export function watchFull(parts: WatchParts, server: Server): void {
  const share = new AddressShare();
  const say = sometimes(parts.clock);
  server.prependListener('connection', (socket: Socket) => {
    const { maxOfAddress, trusts } = parts.limits();
    const address = plainAddress(socket.remoteAddress);
    if (share.enter(address, trusts(address) ? 0 : maxOfAddress)) {
      socket.once('close', () => share.leave(address));
      return;
    }
    socket.destroy();
    say(() =>
      parts.log.warn(
        `${address} has ${maxOfAddress} connections already; turning its further ones away (proxy.max_connections_per_address)`,
      ),
    );
  });
  const sayFull = sometimes(parts.clock);
  let madeRoomAt = 0;
  server.on('drop', () => {
    // Those that only wait for a next request make room first; a flood must not make that dear.
    const now = performance.now();
    if (now - madeRoomAt >= makeRoomMs) {
      madeRoomAt = now;
      parts.connections.closeIdle();
    }
    sayFull(() =>
      parts.log.warn(
        `there are ${server.maxConnections} connections already; turning further ones away (proxy.max_connections)`,
      ),
    );
  });
}

/** Calls what it is given, but not again within a minute. */
function sometimes(clock: () => number): (act: () => void) => void {
  let at = -warningMs;
  return (act) => {
    if (clock() - at < warningMs) return;
    at = clock();
    act();
  };
}
