import type { ClientConnection } from './client-connection.ts';

/** The connections of clients. */
export class Connections {
  #all = new Set<ClientConnection>();
  /** Answers from now on say that they are the last on their connection. */
  isDraining = false;
  /** Called whenever the last one has gone. */
  onEmpty: (() => void) | undefined;

  get size(): number {
    return this.#all.size;
  }

  add(connection: ClientConnection): void {
    this.#all.add(connection);
  }

  delete(connection: ClientConnection): void {
    this.#all.delete(connection);
    if (this.#all.size === 0) this.onEmpty?.();
  }

  /** Ends those that have had an answer and wait for a next request. */
  closeIdle(): void {
    for (const connection of this.#all) if (connection.isIdle) connection.destroy();
  }

  closeSilent(): void {
    for (const connection of this.#all) if (connection.isSilent) connection.destroy();
  }

  closeAll(): void {
    for (const connection of this.#all) connection.destroy();
  }
}
