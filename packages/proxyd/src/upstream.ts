import { Agent, type ClientRequest, request, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { idleUpstreamMs, type Limits, maxAnswerHead } from './limits.ts';
import { type Target } from './target.ts';
import { listenerUids } from './tcp-owner.ts';

/** `code` of the errors that an upstream connection ends with, beside Node's own. */
export const upstreamCodes = {
  peer: 'TSHUB_PEER',
  connectTimeout: 'TSHUB_CONNECT_TIMEOUT',
  silent: 'TSHUB_SILENT',
} as const;

export interface UpstreamOptions {
  readonly target: Target;
  /** Who may answer there. */
  readonly uids: readonly number[];
  readonly maxSockets: number;
  readonly limits: () => Pick<Limits, 'connectMs'>;
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
}

/** One place where requests are sent: connections that are kept, and checked for whose they are before a byte is sent. */
export class Upstream {
  readonly target: Target;
  #options: UpstreamOptions;
  #agent: VerifiedAgent;

  constructor(options: UpstreamOptions) {
    this.target = options.target;
    this.#options = options;
    this.#agent = new VerifiedAgent(() => this.connect(), options.maxSockets);
  }

  /** A request over a kept connection. */
  request(options: RequestOptions): ClientRequest {
    return request({ ...options, agent: this.#agent, maxHeaderSize: maxAnswerHead });
  }

  /** A request over a connection of its own, which may become something else than HTTP. */
  requestAlone(options: RequestOptions): ClientRequest {
    return request({ ...options, createConnection: () => this.connect(true), maxHeaderSize: maxAnswerHead });
  }

  /** The socket errors with TSHUB_PEER unless one of `uids` is at its other end; until that is known nothing is sent. */
  connect(allowHalfOpen = false): Socket {
    const { target, limits } = this.#options;
    const socket =
      target.kind === 'unix'
        ? connect({ path: target.path, allowHalfOpen })
        : connect({ host: target.host, port: target.port, allowHalfOpen, noDelay: true });
    const { connectMs } = limits();
    const timer =
      connectMs === 0
        ? undefined
        : setTimeout(() => {
            socket.destroy(coded(upstreamCodes.connectTimeout, `no connection within ${connectMs / 1000} s`));
          }, connectMs);
    socket.once('close', () => clearTimeout(timer));
    // Before Node's own listener, which sends what was written meanwhile.
    socket.prependOnceListener('connect', () => {
      clearTimeout(timer);
      this.#verify(socket);
    });
    return socket;
  }

  /** Ends idle connections and whatever is under way. */
  close(): void {
    this.#agent.destroy();
  }

  #verify(socket: Socket): void {
    const { target, uids, peer } = this.#options;
    try {
      const found = target.kind === 'unix' ? [peer(descriptorOf(socket)).uid] : listenerUids(target.host, target.port);
      if (found.length > 0 && found.every((uid) => uids.includes(uid))) return;
      const owner = found.length === 0 ? 'has no listener that can be seen' : `belongs to uid ${found.join(' and ')}`;
      socket.destroy(coded(upstreamCodes.peer, `${owner}, expected ${uids.join(' or ')}`));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      socket.destroy(coded(upstreamCodes.peer, `its owner cannot be found out: ${reason}`));
    }
  }
}

export function coded(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}

/** `connect` gives its socket at once, so that the limit counts connections that are still being made. */
class VerifiedAgent extends Agent {
  #connect: () => Socket;

  constructor(connectTo: () => Socket, maxSockets: number) {
    super({ keepAlive: true, maxSockets, maxFreeSockets: 16, scheduling: 'lifo', timeout: idleUpstreamMs });
    this.#connect = connectTo;
  }

  override createConnection(): Socket {
    return this.#connect();
  }

  override reuseSocket(socket: Duplex, to: ClientRequest): void {
    super.reuseSocket(socket, to);
    // The idle limit is over; an answer may take its time.
    (socket as Socket).setTimeout(0);
  }
}

// Node does not offer a socket's descriptor; systemd and OpenSSH check peers this way as well.
function descriptorOf(socket: Socket): number {
  const handle = (socket as unknown as { _handle?: { fd?: unknown } })._handle;
  if (typeof handle?.fd !== 'number' || handle.fd < 0) throw new Error('the connection is gone');
  return handle.fd;
}
