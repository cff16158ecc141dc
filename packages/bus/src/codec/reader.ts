import DBusBuffer from 'dbus-next/lib/dbus-buffer.js';
import { Variant } from '../variant.ts';
import { parseSignature, type TypeNode } from './signature.ts';

const little = 0x6c;
/** Of types that begin at every eighth byte. */
const eights = 'xtd{(';

/**
 * Reads values as they are given to whoever asked, in one pass: thousands of routes come in one message. The simple ones are
 * read by dbus-next, which by itself makes a tree of everything first, reads on where there is nothing more, and swaps the
 * halves of a long of the other byte order.
 */
export class Reader extends DBusBuffer {
  #isBare: boolean;

  /** `bytes` begin where alignment does. `isBare`: variants as what is in them. */
  constructor(bytes: Buffer, endian: number, isBare: boolean) {
    super(bytes, 0, endian, null, {});
    this.#isBare = isBare;
  }

  value({ type, child }: TypeNode): unknown {
    switch (type) {
      case 'v':
        return this.variant();
      case 'a':
        return this.#array(child[0] as TypeNode, this.readSimpleType('u') as number);
      case '(':
        this.align(3);
        return this.values(child);
      default:
        return this.readSimpleType(type);
    }
  }

  values(nodes: readonly TypeNode[]): unknown[] {
    const all: unknown[] = [];
    for (const node of nodes) all.push(this.value(node));
    return all;
  }

  /** The elements of an array whose size, in bytes, is known. */
  elements(inner: TypeNode, size: number): unknown[] {
    const all: unknown[] = [];
    for (const end = this.#endOf(inner, size); this.pos < end;) all.push(this.value(inner));
    return all;
  }

  override readSimpleType(type: string): unknown {
    if (type === 'h') throw new TypeError('values of type "h" are not read');
    if (type !== 't' && type !== 'x') return super.readSimpleType(type);
    this.align(3);
    const at = this.pos;
    this.pos += 8;
    if (type === 't') return this.endian === little ? this.buffer.readBigUInt64LE(at) : this.buffer.readBigUInt64BE(at);
    return this.endian === little ? this.buffer.readBigInt64LE(at) : this.buffer.readBigInt64BE(at);
  }

  requireInside(end = this.pos): void {
    if (!(end <= this.buffer.length)) throw new RangeError('a value reaches beyond its message');
  }

  variant(): unknown {
    const [node, ...more] = parseSignature(String(this.readSimpleType('g')));
    if (node === undefined || more.length > 0) throw new TypeError('a variant of other than one value');
    const value = this.value(node);
    return this.#isBare ? value : new Variant(node.text, value);
  }

  #array(inner: TypeNode, size: number): unknown {
    if (inner.type === '{') return this.#dictionary(inner, size);
    if (inner.type !== 'y') return this.elements(inner, size);
    const begin = this.pos;
    this.pos = this.#endOf(inner, size);
    // A window on the whole message would keep it; a copy lets that go.
    return new Uint8Array(this.buffer.subarray(begin, this.pos));
  }

  #dictionary(entry: TypeNode, size: number): Record<string, unknown> {
    const [keyNode, valueNode] = entry.child as [TypeNode, TypeNode];
    const found: Record<string, unknown> = {};
    for (const end = this.#endOf(entry, size); this.pos < end;) {
      this.align(3);
      const key = String(this.readSimpleType(keyNode.type));
      const value = this.value(valueNode);
      // A key of this name would otherwise be no key.
      if (key === '__proto__')
        Object.defineProperty(found, key, { value, enumerable: true, writable: true, configurable: true });
      else found[key] = value;
    }
    return found;
  }

  /** Its elements may begin later than their size says where it is told. */
  #endOf(inner: TypeNode, size: number): number {
    this.requireInside(this.pos + size);
    if (eights.includes(inner.type)) this.align(3);
    return this.pos + size;
  }
}

/** Plain objects for dictionaries, Uint8Array for `ay`, bigint for `t` and `x`; variants as Variant, or as what is in them. */
export function readValues(bytes: Buffer, endian: number, signature: string, isBare: boolean): unknown[] {
  const reader = new Reader(bytes, endian, isBare);
  const all = reader.values(parseSignature(signature));
  reader.requireInside();
  return all;
}
