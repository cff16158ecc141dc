interface Kept {
  readonly until: number;
  readonly answer: Promise<unknown>;
}

/** Milliseconds in which a form that comes again is the same form, pressed twice or loaded again. */
const memory = 60_000;
const limit = 500;

/**
 * For forms whose answer is shown once, such as a new token: the same form a second time gets the answer of the first.
 * A redirect cannot be the way here, for the answer is kept nowhere else.
 */
export class Repeats {
  readonly #clock: { now(): number };
  readonly #kept = new Map<string, Kept>();

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  /** `key` tells forms apart: whose, which one, and what is filled in. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    for (const [old, { until }] of this.#kept) if (until <= now || this.#kept.size > limit) this.#kept.delete(old);
    const known = this.#kept.get(key);
    if (known !== undefined) return known.answer as Promise<T>;
    const answer = work();
    this.#kept.set(key, { until: now + memory, answer });
    // What failed may be tried again.
    answer.catch(() => this.#kept.delete(key));
    return answer;
  }
}
