/** A place where a fake daemon waits: before it does something, or after it and before it answers. */
export interface Gate {
  /** Settles when a call has come here. */
  readonly reached: Promise<void>;
  /** Lets the call go on. A gate that is never opened is a caller that was killed at this point. */
  open(): void;
}

type Place = 'before' | 'after';

/** Gates of one fake daemon; each holds one call of a method, in the order in which they were set up. */
export class Gates {
  readonly #waiting = new Map<string, Array<{ arrive: () => void; opened: Promise<void> }>>();

  hold(method: string, place: Place): Gate {
    let arrive: () => void = () => undefined;
    let open: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    const key = `${place} ${method}`;
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { arrive, opened }]);
    return { reached, open };
  }

  async pass<T>(method: string, work: () => T | Promise<T>): Promise<T> {
    await this.#wait('before', method);
    const result = await work();
    await this.#wait('after', method);
    return result;
  }

  async #wait(place: Place, method: string): Promise<void> {
    const gate = this.#waiting.get(`${place} ${method}`)?.shift();
    if (gate === undefined) return;
    gate.arrive();
    await gate.opened;
  }
}
