/** Someone who waits for their turn. */
interface Waiter {
  readonly begin: () => void;
  readonly onPlace: (ahead: number) => void;
}

/** Lets so many starts go at once; the others wait in the order in which they came, and are told how many are before them. */
export class StartQueue {
  readonly #most: () => number;
  readonly #waiting: Waiter[] = [];
  #going = 0;

  constructor(most: () => number) {
    this.#most = most;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Gives what ends the turn; throws the signal's reason if it is aborted before the turn has come. */
  async enter(signal: AbortSignal, onPlace: Waiter['onPlace']): Promise<() => void> {
    if (this.#waiting.length === 0 && this.#going < this.#most()) return this.#begin();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#tellPlaces();
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(this.#begin());
      };
      const waiter: Waiter = { begin, onPlace };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      onPlace(this.#waiting.length - 1);
    });
  }

  /** Lets in whoever may go: after an end, or when more may go at once than before. */
  advance(): void {
    let hasMoved = false;
    while (this.#going < this.#most() && this.#waiting.length > 0) {
      this.#waiting.shift()?.begin();
      hasMoved = true;
    }
    if (hasMoved) this.#tellPlaces();
  }

  #begin(): () => void {
    this.#going += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#going -= 1;
      this.advance();
    };
  }

  #tellPlaces(): void {
    this.#waiting.forEach(({ onPlace }, ahead) => onPlace(ahead));
  }
}

/** What somebody who waits is told. */
export function sayPlace(ahead: number): string {
  if (ahead === 0) return 'Many servers are starting; this one is next';
  return `Many servers are starting; ${ahead} ${ahead === 1 ? 'is' : 'are'} before this one`;
}
