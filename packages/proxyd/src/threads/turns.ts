/**
 * Whose turn it is, by weight and evenly mixed (smooth weighted round robin, as of nginx): each gains its weight at every turn,
 * who has most is chosen and pays for all.
 */
export class Turns {
  #weights: readonly number[];
  #credits: number[];

  /** Weights are above 0. */
  constructor(weights: readonly number[]) {
    this.#weights = weights;
    this.#credits = weights.map(() => 0);
  }

  /** Gives the place in the list of weights. */
  next(): number {
    let chosen = 0;
    let sum = 0;
    for (const [at, weight] of this.#weights.entries()) {
      sum += weight;
      this.#credits[at]! += weight;
      if (this.#credits[at]! > this.#credits[chosen]!) chosen = at;
    }
    this.#credits[chosen]! -= sum;
    return chosen;
  }
}
