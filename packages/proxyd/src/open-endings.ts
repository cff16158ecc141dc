/** Something under way that ends when its route does: an answer, or a websocket. */
export interface Ending {
  /** Its place in the list that it is in; that list's alone to change. */
  place: number;
  destroy(): unknown;
  /** Asks for an end that both sides understand. It may take a moment, or not come. */
  leave?(): void;
}

/**
 * What is under way. A Set would do but for its cost: one that things go in and out of all the time makes a new table ever again,
 * and each of these keeps the next alive, with all in it, until an old-space collection.
 */
export class OpenEndings {
  #all: Ending[] = [];

  get size(): number {
    return this.#all.length;
  }

  add(ending: Ending): void {
    ending.place = this.#all.length;
    this.#all.push(ending);
  }

  /** One that is not in it is no error. */
  delete(ending: Ending): void {
    if (this.#all[ending.place] !== ending) return;
    const last = this.#all.pop();
    if (last === undefined || last === ending) return;
    this.#all[ending.place] = last;
    last.place = ending.place;
  }

  leaveAll(): void {
    for (const ending of [...this.#all]) ending.leave?.();
  }

  destroyAll(): void {
    for (const ending of [...this.#all]) ending.destroy();
  }
}
