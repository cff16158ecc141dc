import { Variant } from '../variant.ts';
import { parseSignature, type TypeNode } from './signature.ts';

/** Least and largest of the whole numbers that fit into a number of JavaScript. */
const ranges: Readonly<Record<string, readonly [least: number, largest: number]>> = {
  y: [0, 0xff],
  n: [-0x8000, 0x7fff],
  q: [0, 0xffff],
  i: [-0x8000_0000, 0x7fff_ffff],
  u: [0, 0xffff_ffff],
};
/** 32 MiB: the reference bus ends the connection of whoever sends more (max_message_size of its system bus); the specification has 128. */
export const largestSent = 2 ** 25;
const objectPath = /^\/$|^(?:\/[A-Za-z0-9_]+)+$/;
/** Of types that do not begin anywhere (D-Bus specification, "Summary of types"). */
const alignments: Readonly<Record<string, number>> = {
  n: 2,
  q: 2,
  b: 4,
  i: 4,
  u: 4,
  s: 4,
  o: 4,
  a: 4,
  x: 8,
  t: 8,
  d: 8,
  '(': 8,
  '{': 8,
};

/** Puts values one behind the other, little end first, as a message has them; throws TypeError for a value that is not of its type, RangeError for more than a message holds. */
export class Writer {
  #bytes = Buffer.allocUnsafe(512);
  #at = 0;

  /** How much there is so far. */
  get size(): number {
    return this.#at;
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  list(nodes: readonly TypeNode[], values: unknown): void {
    if (!Array.isArray(values) || values.length !== nodes.length)
      throw new TypeError(`expected a list of ${nodes.length} values`);
    for (let i = 0; i < nodes.length; i++) this.#value(nodes[i] as TypeNode, values[i]);
  }

  /** A field of a header: its code, and its value as a variant. */
  field(code: number, node: TypeNode, value: unknown): void {
    this.align(8);
    this.#whole('y', code);
    this.#signature(node.text);
    this.#value(node, value);
  }

  /** A size that is known only now, at a place that was left for it. */
  put(at: number, size: number): void {
    this.#bytes.writeUInt32LE(size, at);
  }

  #value(node: TypeNode, value: unknown): void {
    const { type, child } = node;
    this.align(alignments[type] ?? 1);
    switch (type) {
      case 's':
        return this.#text(textOf(value));
      case 'o':
        if (typeof value !== 'string' || !objectPath.test(value)) throw new TypeError('expected the path of an object');
        return this.#text(value);
      case 'g':
        parseSignature(textOf(value));
        return this.#signature(value as string);
      case 'v':
        if (!(value instanceof Variant)) throw new TypeError(`expected a Variant, found ${typeof value}`);
        this.#signature(value.signature);
        return this.list(parseSignature(value.signature), [value.value]);
      case 'a':
        return this.#array(child[0] as TypeNode, value);
      case '(':
        return this.list(child, value);
      case 'b':
        if (typeof value !== 'boolean') throw new TypeError(`expected true or false, found ${typeof value}`);
        return this.#whole('u', Number(value));
      case 't':
      case 'x':
        return this.#long(type, value);
      case 'd':
        if (typeof value !== 'number') throw new TypeError(`expected a number, found ${typeof value}`);
        this.#at = this.#room(8).writeDoubleLE(value, this.#at);
        return;
      default:
        return this.#whole(type, value);
    }
  }

  #whole(type: string, value: unknown): void {
    const range = ranges[type];
    if (range === undefined) throw new TypeError(`values of type "${type}" are not written`);
    if (!Number.isInteger(value) || (value as number) < range[0] || (value as number) > range[1])
      throw new TypeError(`expected a whole number from ${range[0]} to ${range[1]}, found ${String(value)}`);
    const size = type === 'y' ? 1 : (alignments[type] as number);
    const bytes = this.#room(size);
    this.#at =
      range[0] < 0
        ? bytes.writeIntLE(value as number, this.#at, size)
        : bytes.writeUIntLE(value as number, this.#at, size);
  }

  #long(type: 't' | 'x', value: unknown): void {
    const long = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
    const fits =
      typeof long === 'bigint' && long === (type === 't' ? BigInt.asUintN(64, long) : BigInt.asIntN(64, long));
    if (!fits) throw new TypeError(`expected a whole number of 64 bits, found ${String(value)}`);
    const bytes = this.#room(8);
    this.#at = type === 't' ? bytes.writeBigUInt64LE(long, this.#at) : bytes.writeBigInt64LE(long, this.#at);
  }

  #text(text: string): void {
    const size = Buffer.byteLength(text);
    const bytes = this.#room(4 + size + 1);
    bytes.writeUInt32LE(size, this.#at);
    bytes.write(text, this.#at + 4);
    bytes[this.#at + 4 + size] = 0;
    this.#at += 4 + size + 1;
  }

  /** Of a text that parseSignature has taken: ASCII, and no longer than a byte can say. */
  #signature(text: string): void {
    const bytes = this.#room(text.length + 2);
    bytes[this.#at] = text.length;
    bytes.write(text, this.#at + 1, 'latin1');
    bytes[this.#at + 1 + text.length] = 0;
    this.#at += text.length + 2;
  }

  /** Its size goes before it, without what is left free to align the first element. */
  #array(inner: TypeNode, value: unknown): void {
    this.#whole('u', 0);
    const sizeAt = this.#at - 4;
    this.align(alignments[inner.type] ?? 1);
    const begin = this.#at;
    if (inner.type === '{') this.#entries(inner, value);
    else if (inner.type === 'y') this.#raw(value);
    else if (Array.isArray(value)) for (const item of value) this.#value(inner, item);
    else throw new TypeError(`expected a list, found ${typeof value}`);
    const size = this.#at - begin;
    this.put(sizeAt, size);
  }

  #raw(value: unknown): void {
    if (!(value instanceof Uint8Array)) throw new TypeError(`expected bytes, found ${typeof value}`);
    this.#room(value.length).set(value, this.#at);
    this.#at += value.length;
  }

  #entries({ child }: TypeNode, value: unknown): void {
    const [key, item] = child as [TypeNode, TypeNode];
    if (typeof value !== 'object' || value === null) throw new TypeError(`expected an object, found ${typeof value}`);
    const isText = 'sog'.includes(key.type);
    for (const [name, one] of Object.entries(value)) {
      if (one === undefined) continue;
      this.align(8);
      this.#value(key, isText ? name : Number(name));
      this.#value(item, one);
    }
  }

  /** What is left free is zero: the bus ends the connection otherwise. */
  align(to: number): void {
    const free = -this.#at & (to - 1);
    if (free === 0) return;
    this.#room(free).fill(0, this.#at, this.#at + free);
    this.#at += free;
  }

  /** Refuses before memory is taken for it. */
  #room(size: number): Buffer {
    const needed = this.#at + size;
    if (needed > largestSent) throw tooLarge();
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#at);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

function tooLarge(): RangeError {
  return new RangeError(
    `a message of more than ${largestSent / 2 ** 20} MiB is not sent: the bus would end the connection`,
  );
}

// The bus ends the connection of whoever sends a NUL.
function textOf(value: unknown): string {
  if (typeof value !== 'string' || value.includes('\0')) throw new TypeError('expected a text without NUL');
  return value;
}
