import { createServer, type Server, type Socket } from 'node:net';
import { type ListenAddress, listenOn, type Log } from '@tshub/daemon';
import type { Engine } from './engine.ts';
import { readProxyHead } from './proxy-protocol.ts';
import { isOfNobody, plainAddress, type Trusts } from './trusted-peers.ts';
import { descriptorOf } from './upstream.ts';

/** What a front may be told anew while it serves. */
export interface FrontLimits {
  readonly trusts: Trusts;
  readonly headersMs: number;
  /** Whether trusted peers begin with a PROXY protocol head. */
  readonly proxyProtocol: boolean;
}

export interface FrontParts {
  readonly engine: Engine;
  readonly limits: () => FrontLimits;
  /** Where connections go that begin like TLS, and those that do not; null: everything is HTTP. */
  readonly tls: { accept(socket: Socket): void; redirect(socket: Socket): void } | null;
  readonly log: Log;
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
  /** Looks after a listener that has as many connections as it may. */
  readonly watchFull: (listener: Server) => void;
  /** Whether another thread has a connection from now on. */
  readonly takenElsewhere: (socket: Socket) => boolean;
}

/** First byte of a TLS handshake. */
const handshake = 0x16;

/** Accepts the connections of clients, finds out who is there and what is spoken, and hands them on. */
export class Front {
  #parts: FrontParts;
  #servers: Server[] = [];
  /** Addresses that balancers told, for as long as their connections live. */
  #told = new WeakMap<Socket, string>();

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  /** Gives the TCP port, or 0. */
  async listen(address: ListenAddress): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      // One that was turned away is destroyed already.
      if (!socket.destroyed && !this.#parts.takenElsewhere(socket)) this.serve(socket);
    });
    this.#parts.watchFull(server);
    await listenOn(server, address);
    this.#servers.push(server);
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  /** Takes no new connections; those that are there are the engine's. */
  stop(): void {
    for (const server of this.#servers) server.close();
  }

  /** Who is at the other end, as far as the connection or a trusted balancer tells. */
  addressOf(socket: Socket): string | undefined {
    return this.#told.get(socket) ?? socket.remoteAddress;
  }

  /** Serves a connection of which nothing was read. */
  serve(socket: Socket): void {
    if (isOfNobody(socket)) return void socket.destroy();
    const { proxyProtocol, trusts } = this.#parts.limits();
    socket.on('error', () => undefined);
    if (proxyProtocol && trusts(plainAddress(socket.remoteAddress))) this.#readProxyHead(socket);
    else this.#sniff(socket);
  }

  #readProxyHead(socket: Socket): void {
    this.#read(socket, (bytes) => {
      const head = readProxyHead(bytes);
      if (head === undefined) return false;
      if (head === null) {
        this.#parts.log.debug({ peer: socket.remoteAddress }, 'a balancer sent no PROXY protocol head');
        socket.destroy();
        return true;
      }
      if (head.address !== null) this.#told.set(socket, head.address);
      putBack(socket, bytes.subarray(head.length));
      this.#sniff(socket);
      return true;
    });
  }

  #sniff(socket: Socket): void {
    const { tls, engine } = this.#parts;
    if (tls === null) {
      const peerUid = this.#told.has(socket) ? {} : { peerUid: () => this.#parts.peer(descriptorOf(socket)).uid };
      engine.serve(socket, { remoteAddress: this.addressOf(socket), encrypted: false, ...peerUid });
      return;
    }
    this.#read(socket, (bytes) => {
      putBack(socket, bytes);
      if (bytes[0] === handshake) tls.accept(socket);
      else tls.redirect(socket);
      return true;
    });
  }

  /** Gives `take` all bytes so far until it has what it needs; ends who is silent for too long. */
  #read(socket: Socket, take: (bytes: Buffer) => boolean): void {
    let bytes: Buffer = Buffer.alloc(0);
    const stop = () => {
      clearTimeout(timer);
      socket.off('readable', look).off('end', end).off('close', stop);
    };
    const look = () => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      stop();
      if (!take(bytes)) wait();
    };
    const end = () => socket.destroy();
    let timer: NodeJS.Timeout | undefined;
    const deadline = Date.now() + this.#parts.limits().headersMs;
    const wait = () => {
      timer = setTimeout(end, Math.max(0, deadline - Date.now()));
      socket.on('readable', look).once('end', end).once('close', stop);
    };
    wait();
  }
}

function putBack(socket: Socket, bytes: Buffer): void {
  if (bytes.length > 0) socket.unshift(bytes);
}
