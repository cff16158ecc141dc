import { hash } from 'node:crypto';

/** An answer in JSON that has been written out already, by a handler that keeps it. */
export class JsonText {
  readonly text: string;
  #etag: string | undefined;

  constructor(value: unknown) {
    this.text = JSON.stringify(value);
  }

  /** Of these very bytes, with its quotes. */
  get etag(): string {
    return (this.#etag ??= `"${hash('sha256', this.text, 'base64url').slice(0, 27)}"`);
  }
}

export function jsonText(value: unknown): JsonText {
  return value instanceof JsonText ? value : new JsonText(value);
}
