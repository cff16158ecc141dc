import { Variant } from '../variant.ts';
import { parseSignature, type TypeNode } from './signature.ts';

const objectPath = /^\/$|^(?:\/[A-Za-z0-9_]+)+$/;

/** Writes values in the wire format, least significant byte first. Throws TypeError for a value that is not of its type. */
export class Writer {
  #bytes: Buffer = Buffer.allocUnsafe(512);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** What was written; the writer is not used afterwards. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  align(to: number): void {
    const end = (this.#at + to - 1) & -to;
    this.#reserve(end - this.#at);
    this.#bytes.fill(0, this.#at, end);
    this.#at = end;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#at = this.#bytes.writeUInt8(value, this.#at);
  }

  uint32(value: number): void {
    this.align(4);
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
  }

  uint32At(at: number, value: number): void {
    this.#bytes.writeUInt32LE(value, at);
  }

  text(value: unknown): void {
    const text = textOf(value);
    this.align(4);
    const length = Buffer.byteLength(text);
    this.uint32(length);
    this.#reserve(length + 1);
    this.#bytes.write(text, this.#at, 'utf8');
    this.#at += length;
    this.#bytes[this.#at++] = 0;
  }

  signature(text: string): void {
    this.byte(text.length);
    this.#reserve(text.length + 1);
    this.#bytes.write(text, this.#at, 'latin1');
    this.#at += text.length;
    this.#bytes[this.#at++] = 0;
  }

  /** All values of a body. */
  body(signature: string, values: readonly unknown[]): void {
    const nodes = parseSignature(signature);
    if (nodes.length !== values.length)
      throw new TypeError(`expected ${nodes.length} values for "${signature}", found ${values.length}`);
    nodes.forEach((node, i) => this.write(node, values[i]));
  }

  write(node: TypeNode, value: unknown): void {
    const { type, child } = node;
    const [inner] = child;
    switch (type) {
      case 's':
        return this.text(value);
      case 'v':
        if (!(value instanceof Variant)) throw new TypeError(`expected a Variant, found ${typeof value}`);
        this.signature(value.signature);
        return this.body(value.signature, [value.value]);
      case 'a':
        return this.#array(inner as TypeNode, value);
      case '(':
        if (!Array.isArray(value) || value.length !== child.length)
          throw new TypeError(`expected a list of ${child.length} values`);
        this.align(8);
        for (const [i, one] of child.entries()) this.write(one, (value as unknown[])[i]);
        return;
      case 'b':
        if (typeof value !== 'boolean') throw new TypeError(`expected true or false, found ${typeof value}`);
        return this.uint32(value ? 1 : 0);
      case 'o':
        if (typeof value !== 'string' || !objectPath.test(value)) throw new TypeError('expected the path of an object');
        return this.text(value);
      case 'g':
        parseSignature(textOf(value));
        return this.signature(textOf(value));
      default:
        return this.#number(node, value);
    }
  }

  #number({ type, align }: TypeNode, value: unknown): void {
    this.align(align);
    this.#reserve(8);
    const bytes = this.#bytes;
    if (type === 't' || type === 'x') {
      const long = typeof value === 'number' ? BigInt(value) : value;
      if (typeof long !== 'bigint') throw new TypeError(`expected a whole number, found ${typeof value}`);
      this.#at = type === 't' ? bytes.writeBigUInt64LE(long, this.#at) : bytes.writeBigInt64LE(long, this.#at);
      return;
    }
    if (typeof value !== 'number') throw new TypeError(`expected a number, found ${typeof value}`);
    switch (type) {
      case 'y':
        return this.byte(value);
      case 'u':
        return this.uint32(value);
      case 'i':
        this.#at = bytes.writeInt32LE(value, this.#at);
        return;
      case 'n':
        this.#at = bytes.writeInt16LE(value, this.#at);
        return;
      case 'q':
        this.#at = bytes.writeUInt16LE(value, this.#at);
        return;
      case 'd':
        this.#at = bytes.writeDoubleLE(value, this.#at);
        return;
      default:
        throw new TypeError(`values of type "${type}" are not written`);
    }
  }

  #array(inner: TypeNode, value: unknown): void {
    this.uint32(0);
    const lengthAt = this.#at - 4;
    this.align(inner.align);
    const start = this.#at;
    if (inner.type === 'y') this.#blob(value);
    else if (inner.type === '{') this.#entries(inner, value);
    else if (Array.isArray(value)) for (const item of value) this.write(inner, item);
    else throw new TypeError(`expected a list, found ${typeof value}`);
    this.uint32At(lengthAt, this.#at - start);
  }

  #blob(value: unknown): void {
    if (!(value instanceof Uint8Array)) throw new TypeError(`expected bytes, found ${typeof value}`);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #entries({ child }: TypeNode, value: unknown): void {
    const [key, item] = child as [TypeNode, TypeNode];
    if (typeof value !== 'object' || value === null) throw new TypeError(`expected an object, found ${typeof value}`);
    const isText = 'sog'.includes(key.type);
    for (const [name, one] of Object.entries(value)) {
      if (one === undefined) continue;
      this.align(8);
      this.write(key, isText ? name : Number(name));
      this.write(item, one);
    }
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

// The bus ends the connection of whoever sends a NUL.
function textOf(value: unknown): string {
  if (typeof value !== 'string' || value.includes('\0')) throw new TypeError('expected a text without NUL');
  return value;
}
