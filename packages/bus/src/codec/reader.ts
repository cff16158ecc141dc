import { Variant } from '../variant.ts';
import { parseSignature, type TypeNode } from './signature.ts';

/** Reads values of the wire format from bytes whose first one is aligned to eight. */
export class Reader {
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;
  /** Whether variants are given as what is in them. */
  readonly #isBare: boolean;
  #at: number;
  #depth = 0;

  constructor(bytes: Buffer, isLittle: boolean, { at = 0, isBare = false } = {}) {
    this.#bytes = bytes;
    this.#isLittle = isLittle;
    this.#isBare = isBare;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  align(to: number): void {
    this.#at = (this.#at + to - 1) & -to;
  }

  /** Plain objects for dictionaries, Uint8Array for `ay`, bigint for `t` and `x`. */
  read(node: TypeNode): unknown {
    const bytes = this.#bytes;
    this.align(node.align);
    const { type } = node;
    switch (type) {
      case 's':
      case 'o':
        return this.#text(this.uint32());
      case 'u':
        return this.uint32();
      case 'v':
        return this.#variant();
      case 'a':
        return this.#array(node.child[0] as TypeNode);
      case '(':
        return node.child.map((child) => this.read(child));
      case 'b':
        return this.uint32() !== 0;
      case 't':
      case 'x':
        return this.#long(type);
      case 'y':
        return this.byte();
      case 'g':
        return this.#text(this.byte());
      case 'i':
        this.#at += 4;
        return this.#isLittle ? bytes.readInt32LE(this.#at - 4) : bytes.readInt32BE(this.#at - 4);
      case 'n':
      case 'q':
        return this.#short(type);
      case 'd':
        this.#at += 8;
        return this.#isLittle ? bytes.readDoubleLE(this.#at - 8) : bytes.readDoubleBE(this.#at - 8);
      default:
        throw new TypeError(`values of type "${type}" are not read`);
    }
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  uint32(): number {
    this.align(4);
    this.#at += 4;
    return this.#isLittle ? this.#bytes.readUInt32LE(this.#at - 4) : this.#bytes.readUInt32BE(this.#at - 4);
  }

  #short(type: 'n' | 'q'): number {
    const at = this.#at;
    this.#at += 2;
    if (type === 'n') return this.#isLittle ? this.#bytes.readInt16LE(at) : this.#bytes.readInt16BE(at);
    return this.#isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  #long(type: 't' | 'x'): bigint {
    const at = this.#at;
    this.#at += 8;
    if (type === 't') return this.#isLittle ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at);
    return this.#isLittle ? this.#bytes.readBigInt64LE(at) : this.#bytes.readBigInt64BE(at);
  }

  #text(length: number): string {
    const start = this.#at;
    this.#at = start + length + 1;
    if (this.#at > this.#bytes.length) throw new RangeError('a text reaches beyond its message');
    return this.#bytes.toString('utf8', start, start + length);
  }

  #variant(): unknown {
    const nodes = parseSignature(this.#text(this.byte()));
    const [node] = nodes;
    if (node === undefined || nodes.length !== 1) throw new TypeError('a variant of other than one value');
    if (++this.#depth > 64) throw new RangeError('variants in variants, deeper than is allowed');
    const value = this.read(node);
    this.#depth--;
    return this.#isBare ? value : new Variant(node.text, value);
  }

  #array(inner: TypeNode): unknown {
    const length = this.uint32();
    this.align(inner.align);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('an array reaches beyond its message');
    if (inner.type === 'y') {
      // A copy, since a window would keep the whole message.
      const copy = new Uint8Array(this.#bytes.subarray(this.#at, end));
      this.#at = end;
      return copy;
    }
    if (inner.type === '{') return this.#entries(inner, end);
    const items: unknown[] = [];
    while (this.#at < end) items.push(this.read(inner));
    return items;
  }

  #entries({ child }: TypeNode, end: number): Record<string, unknown> {
    const [key, value] = child as [TypeNode, TypeNode];
    const entries: Record<string, unknown> = {};
    while (this.#at < end) {
      this.align(8);
      const name = String(this.read(key));
      const item = this.read(value);
      // A key named "__proto__" is a key like others.
      if (name === '__proto__')
        Object.defineProperty(entries, name, { value: item, enumerable: true, configurable: true, writable: true });
      else entries[name] = item;
    }
    return entries;
  }
}
