import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { idleUpstreamMs } from './limits.ts';
import { type Asker, type ConnectionOwner, UpstreamConnection } from './upstream-connection.ts';

export interface PoolOptions {
  /** Gives its socket at once; it errors when the other end is not who it should be. */
  readonly connect: () => Socket;
  readonly maxSockets: number;
  readonly silenceMs: () => number;
}

/** Connections to one server that are used again, the last one first; askers beyond the limit wait for one. */
export class UpstreamPool implements ConnectionOwner {
  #options: PoolOptions;
  #all = new Set<UpstreamConnection>();
  #idle: UpstreamConnection[] = [];
  #sweeper: NodeJS.Timeout | undefined;
  #sweeps = 0;
  #waiting = new Set<Asker>();
  #alone = new Set<UpstreamConnection>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The asker hears onConnection, at once if a connection is free, or onFailure. */
  ask(asker: Asker): void {
    const idle = this.#idle.pop();
    if (idle !== undefined) idle.ask(asker, this.#options.silenceMs());
    else if (this.#all.size < this.#options.maxSockets) this.#connectFor(asker);
    else this.#waiting.add(asker);
  }

  /** Whether there are fewer than may be of connections that were asked alone and have not switched yet: strangers can open these. */
  get hasRoomAlone(): boolean {
    return this.#alone.size < this.#options.maxSockets;
  }

  /** A connection of its own, that is not kept; no longer counted once it has switched to another protocol. */
  askAlone(asker: Asker): UpstreamConnection {
    const connection = new UpstreamConnection(this.#options.connect(), {
      onFree: (one) => one.drop(),
      onGone: (one) => this.#alone.delete(one),
    });
    this.#alone.add(connection);
    this.#askWhenMade(connection, asker);
    return connection;
  }

  /** The asker no longer waits for a connection. */
  cancel(asker: Asker): void {
    this.#waiting.delete(asker);
  }

  /** Ends all connections. */
  close(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    this.#idle = [];
    for (const connection of this.#all) connection.socket.destroy();
  }

  onFree(connection: UpstreamConnection): void {
    for (const asker of this.#waiting) {
      this.#waiting.delete(asker);
      connection.ask(asker, this.#options.silenceMs());
      return;
    }
    this.#idle.push(connection);
    connection.idleSince = this.#sweeps;
    this.#sweeper ??= setInterval(() => this.#sweep(), idleUpstreamMs / 2);
  }

  onGone(connection: UpstreamConnection): void {
    if (!this.#all.delete(connection)) return;
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    for (const asker of this.#waiting) {
      this.#waiting.delete(asker);
      this.#connectFor(asker);
      return;
    }
  }

  #connectFor(asker: Asker): void {
    const connection = new UpstreamConnection(this.#options.connect(), this);
    this.#all.add(connection);
    this.#askWhenMade(connection, asker);
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
