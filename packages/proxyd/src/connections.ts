import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of clients. Node's own closeIdleConnections() also cuts answers that are written but not yet sent, so a
 * slow download would lose its end.
 */
export class Connections {
  #all = new Set<Socket>();
  #taken = new WeakSet<Socket>();

  get size(): number {
    return this.#all.size;
  }

  add(socket: Socket): void {
    this.#all.add(socket);
    socket.once('close', () => this.#all.delete(socket));
  }

  /** From now on this connection is no longer HTTP's. */
  take(socket: Socket): void {
    this.#taken.add(socket);
  }

  /** Ends those that have had an answer and wait for a next request. */
  closeIdle(): void {
    for (const socket of this.#all) {
      if (socket.bytesWritten > 0 && !this.#taken.has(socket) && answerUnderWay(socket) === undefined) socket.destroy();
    }
  }

  closeAll(): void {
    for (const socket of this.#all) socket.destroy();
  }
}

/** The answer that a connection is busy with, until its last byte is handed to the kernel; Node itself looks here as well. */
export function answerUnderWay(socket: unknown): { readonly headersSent: boolean } | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}
