import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { AddressShare } from './address-share.ts';
import { coded, upstreamCodes } from './upstream-codes.ts';
import { idleUpstreamMs, type PoolBounds } from './limits.ts';
import type { Hearer } from './read-buffer.ts';
import { type Asker, type ConnectionOwner, UpstreamConnection } from './upstream-connection.ts';

export interface PoolOptions {
  readonly bounds: () => PoolBounds;
  /** Gives its socket at once; it errors when the other end is not who it should be. */
  readonly connect: (hearer: Hearer) => Socket;
  readonly silenceMs: () => number;
}

/** Connections to one server that are used again, the last one first; askers beyond the limit, and those whose address has its share, wait for one. */
export class UpstreamPool implements ConnectionOwner {
  #options: PoolOptions;
  #all = new Set<UpstreamConnection>();
  #idle: UpstreamConnection[] = [];
  #sweeper: NodeJS.Timeout | undefined;
  #sweeps = 0;
  #waiting = new Set<Asker>();
  #waitingShare = new AddressShare();
  #isClosed = false;
  #share = new AddressShare();
  #alone = new Set<UpstreamConnection>();
  #aloneShare = new AddressShare();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The asker hears onConnection, at once if a connection is free, or onFailure. */
  ask(asker: Asker): void {
    const { maxSockets, maxOfAddress } = this.#options.bounds();
    const mayHave = this.#idle.length > 0 || this.#all.size < maxSockets;
    if (this.#isClosed) asker.onFailure(gone());
    else if (mayHave && this.#share.enter(asker.address, maxOfAddress)) this.#serve(asker);
    else if (!this.#wait(asker)) asker.onFailure(coded(upstreamCodes.full, 'too many requests wait already'));
  }

  #wait(asker: Asker): boolean {
    const { maxWaiting, maxOfAddress } = this.#options.bounds();
    const most = maxOfAddress === 0 ? 0 : maxWaiting / 2;
    if (this.#waiting.size >= maxWaiting || !this.#waitingShare.enter(asker.address, most)) return false;
    this.#waiting.add(asker);
    return true;
  }

  /** With a connection that is there, or that may be made; its share is taken. */
  #serve(asker: Asker): void {
    const idle = this.#idle.pop();
    const connection = idle ?? new UpstreamConnection(this.#options.connect, this);
    connection.heldBy = asker.address;
    if (idle !== undefined) return idle.ask(asker, this.#options.silenceMs());
    this.#all.add(connection);
    this.#askWhenMade(connection, asker);
  }

  #release(connection: UpstreamConnection): void {
    const { heldBy } = connection;
    connection.heldBy = null;
    if (heldBy !== null) this.#share.leave(heldBy);
  }

  /** The first who waits and whose address has not its share. */
  #serveNext(): void {
    if (this.#waiting.size === 0) return;
    const { maxSockets, maxOfAddress } = this.#options.bounds();
    if (this.#idle.length === 0 && this.#all.size >= maxSockets) return;
    for (const asker of this.#waiting) {
      if (!this.#share.enter(asker.address, maxOfAddress)) continue;
      this.cancel(asker);
      return this.#serve(asker);
    }
  }

  /** A connection of its own, counted until it has switched to another protocol. null: there are as many as may be, which strangers can open, or the route is gone. */
  askAlone(asker: Asker): UpstreamConnection | null {
    const { address } = asker;
    if (this.#isClosed) return null;
    const { maxSockets, maxOfAddress } = this.#options.bounds();
    if (this.#alone.size >= maxSockets || !this.#aloneShare.enter(address, maxOfAddress)) return null;
    const connection = this.askUncounted(asker, (one) => {
      if (this.#alone.delete(one)) this.#aloneShare.leave(address);
    });
    this.#alone.add(connection);
    return connection;
  }

  /** As askAlone, for questions of our own. */
  askUncounted(asker: Asker, onGone: (connection: UpstreamConnection) => void = () => undefined): UpstreamConnection {
    const connection = new UpstreamConnection(this.#options.connect, { onFree: (one) => one.drop(), onGone });
    this.#askWhenMade(connection, asker);
    return connection;
  }

  /** The asker no longer waits for a connection. */
  cancel(asker: Asker): void {
    if (this.#waiting.delete(asker)) this.#waitingShare.leave(asker.address);
  }

  /** Ends all connections and makes no more; who waits for one hears that there will be none. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    this.#idle = [];
    for (const asker of this.#waiting) {
      this.cancel(asker);
      asker.onFailure(gone());
    }
    for (const { socket } of [...this.#all, ...this.#alone]) socket.destroy();
  }

  onFree(connection: UpstreamConnection): void {
    // Further threads have their part of the bound, so that there may be fewer here than when this one was made.
    if (this.#isClosed || this.#all.size > this.#options.bounds().maxSockets) return connection.drop();
    this.#release(connection);
    this.#idle.push(connection);
    connection.idleSince = this.#sweeps;
    this.#serveNext();
    this.#sweeper ??= setInterval(() => this.#sweep(), idleUpstreamMs / 2);
  }

  onGone(connection: UpstreamConnection): void {
    if (!this.#all.delete(connection)) return;
    this.#release(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    this.#serveNext();
  }

  #askWhenMade(connection: UpstreamConnection, asker: Asker): void {
    connection.reserve(asker);
    // With TLS, whose certificate it is is known then.
    connection.socket.once(connection.socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      if (!connection.socket.destroyed) connection.begin(this.#options.silenceMs());
    });
  }

  /** Closes those that were idle through two sweeps. */
  #sweep(): void {
    this.#sweeps++;
    const old = this.#idle.filter(({ idleSince }) => idleSince < this.#sweeps - 1);
    this.#idle = this.#idle.filter((connection) => !old.includes(connection));
    for (const connection of old) connection.drop();
    if (this.#idle.length > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}

function gone(): Error {
  return coded(upstreamCodes.closed, 'its route is gone');
}
