import { createServer, type Server, type Socket } from 'node:net';
import { AddressShare } from './address-share.ts';
import { ClientConnection } from './client-connection.ts';
import type { Engine, EngineParts } from './engine.ts';
import { readClient } from './read-client.ts';
import { isOfNobody, plainAddress } from './trusted-peers.ts';
import { descriptorOf } from './upstream.ts';

/** Between two warnings that connections are turned away. */
const warningMs = 60_000;
const makeRoomMs = 50;

/** Other threads that may serve a connection. */
export interface Elsewhere {
  /** Connections that they have. */
  readonly connections: number;
  /** Whether one has it from now on: to be called before anything is read. */
  take(socket: Socket): boolean;
  /** Calls back once the connection has ended, wherever it is served. */
  whenGone(socket: Socket, then: () => void): void;
  /** Has those closed that only wait for a next request. */
  makeRoom(): void;
}

/** There are no others. */
export const nowhereElse: Elsewhere = {
  connections: 0,
  take: () => false,
  whenGone: (socket, then) => void socket.once('close', then),
  makeRoom: () => undefined,
};

/** What listeners have accepted, together: a limit is that of all of them. */
export class Accepted {
  readonly share = new AddressShare();
  #counts = new Map<Server, number>();

  /** How many connections the listeners but this one have. */
  beside(server: Server): number {
    let sum = 0;
    for (const [one, count] of this.#counts) if (one !== server) sum += count;
    return sum;
  }

  count(server: Server, by: number): void {
    this.#counts.set(server, (this.#counts.get(server) ?? 0) + by);
  }
}

interface WatchParts extends Pick<EngineParts, 'clock' | 'connections' | 'limits' | 'log'> {
  readonly elsewhere: Elsewhere;
  readonly accepted: Accepted;
  /** To be called when this listener has more connections than before, or fewer. */
  readonly onCount: () => void;
}

export function makeEngine(parts: EngineParts): Engine {
  return {
    serve(stream, facts) {
      readClient(stream);
      new ClientConnection(parts, stream, facts);
    },
  };
}

interface ListenerParts extends EngineParts, WatchParts {
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
}

/** The listener for plain HTTP; not listening yet. To be given to watchFull. */
export function makeListener(parts: ListenerParts, engine: Engine): Server {
  return createServer({ allowHalfOpen: true, keepAlive: true, noDelay: true }, (socket) => {
    // One that was turned away is destroyed already.
    if (!socket.destroyed && !parts.elsewhere.take(socket)) servePlain(parts, engine, socket);
  });
}

/** Serves a connection on which HTTP is spoken from its first byte. */
export function servePlain({ peer }: Pick<ListenerParts, 'peer'>, engine: Engine, socket: Socket): void {
  if (isOfNobody(socket)) return void socket.destroy();
  engine.serve(socket, {
    remoteAddress: socket.remoteAddress,
    encrypted: false,
    peerUid: () => peer(descriptorOf(socket)).uid,
  });
}

/**
 * Keeps a listener from being filled: by one address, or by connections that idle. Says from time to time who is turned away.
 * To call what it gives when limits change, or what other listeners and threads have.
 */
export function watchFull(parts: WatchParts, server: Server): () => void {
  const apply = () => {
    const room = parts.limits().maxConnections - parts.elsewhere.connections - parts.accepted.beside(server);
    // Node 20 takes 0 for any number.
    server.maxConnections = room > 0 ? room : -1;
  };
  apply();
  const { share } = parts.accepted;
  const count = (by: number) => {
    parts.accepted.count(server, by);
    parts.onCount();
  };
  const say = sometimes(parts.clock);
  server.prependListener('connection', (socket: Socket) => {
    count(1);
    socket.once('close', () => count(-1));
    const { maxOfAddress, trusts } = parts.limits();
    const address = plainAddress(socket.remoteAddress);
    if (share.enter(address, trusts(address) ? 0 : maxOfAddress)) {
      parts.elsewhere.whenGone(socket, () => share.leave(address));
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
      parts.elsewhere.makeRoom();
    }
    sayFull(() =>
      parts.log.warn(
        `there are ${parts.limits().maxConnections} connections already; turning further ones away (proxy.max_connections)`,
      ),
    );
  });
  return apply;
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
