/** A value that carries its own signature: D-Bus type `v`. */
export class Variant {
  readonly signature: string;
  readonly value: unknown;

  constructor(signature: string, value: unknown) {
    this.signature = signature;
    this.value = value;
  }
}

/** `variant('t', 2n)` */
export function variant(signature: string, value: unknown): Variant {
  return new Variant(signature, value);
}
