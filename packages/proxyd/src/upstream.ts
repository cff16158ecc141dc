import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { boundsOf, type Limits, type PoolBounds } from './limits.ts';
import { type Hearer, readInto } from './read-buffer.ts';
import { type Target } from './target.ts';
import { listenerUids } from './tcp-owner.ts';
import type { UpstreamTls } from './tls/upstream-tls.ts';
import { coded, upstreamCodes } from './upstream-codes.ts';
import { UpstreamPool } from './upstream-pool.ts';

export interface UpstreamOptions {
  readonly target: Target;
  /** Who may answer there; null: whoever does. */
  readonly uids: readonly number[] | null;
  readonly bounds: PoolBounds;
  readonly limits: () => Pick<Limits, 'connectMs' | 'threads' | 'upstreamMs'>;
  /** How an https target is spoken to. */
  readonly tls?: () => UpstreamTls;
  /** Credentials of the peer of a connected UNIX socket. */
  readonly peer: (fd: number) => { readonly uid: number };
}

/** One place where requests are sent: connections that are kept, and checked for whose they are before a byte is sent. */
export class Upstream {
  readonly target: Target;
  #options: UpstreamOptions;
  #pool: UpstreamPool | null = null;

  constructor(options: UpstreamOptions) {
    this.target = options.target;
    this.#options = options;
  }

  /** Made when first asked for: there are routes by the thousand that nobody uses now. */
  get pool(): UpstreamPool {
    this.#pool ??= new UpstreamPool({
      connect: (hearer) => this.#connect(hearer),
      bounds: () => boundsOf(this.#options.bounds, this.#options.limits()),
      silenceMs: () => this.#options.limits().upstreamMs,
    });
    return this.#pool;
  }

  /** The socket errors with TSHUB_PEER unless one of `uids` is at its other end; until that is known nothing is sent. */
  #connect(hearer: Hearer): Socket {
    const { target, limits } = this.#options;
    const socket =
      target.kind === 'unix'
        ? connect({ path: target.path, allowHalfOpen: true, onread: readInto(hearer) })
        : target.isTls === true
          ? this.#connectTls(target, hearer)
          : connect({
              host: target.host,
              port: target.port,
              allowHalfOpen: true,
              noDelay: true,
              onread: readInto(hearer),
            });
    const { connectMs } = limits();
    const timer =
      connectMs === 0
        ? undefined
        : setTimeout(() => {
            socket.destroy(coded(upstreamCodes.connectTimeout, `no connection within ${connectMs / 1000} s`));
          }, connectMs);
    socket.once('close', () => clearTimeout(timer));
    // Before Node's own listener, which sends what was written meanwhile.
    socket.prependOnceListener('connect', () => this.#verify(socket));
    const isTls = target.kind === 'tcp' && target.isTls === true;
    socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    return socket;
  }

  /** Ends idle connections and whatever is under way; there will be no others. */
  close(): void {
    this.pool.close();
  }

  /** Errors unless certificates are as they should be; until that is known nothing is sent. */
  #connectTls({ host, port }: { host: string; port: number }, hearer: Hearer): Socket {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const options = { host, port, allowHalfOpen: true, noDelay: true, ALPNProtocols: ['http/1.1'], ...servername };
    const socket = connectTls({ ...options, ...this.#options.tls?.() });
    socket.on('data', (chunk: Buffer) => hearer.take(chunk));
    return socket;
  }

  #verify(socket: Socket): void {
    const { target, uids, peer } = this.#options;
    if (uids === null) return;
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

// Node does not offer a socket's descriptor; systemd and OpenSSH check peers this way as well.
export function descriptorOf(socket: Socket): number {
  const handle = (socket as unknown as { _handle?: { fd?: unknown } })._handle;
  if (typeof handle?.fd !== 'number' || handle.fd < 0) throw new Error('the connection is gone');
  return handle.fd;
}
