import DBusBuffer from 'dbus-next/lib/dbus-buffer.js';
import { Variant } from '../variant.ts';
import { parseSignature, type TypeNode } from './signature.ts';

const little = 0x6c;

/** dbus-next's reader, which by itself reads on where there is nothing more, and swaps the halves of a long of the other byte order. */
export class Reader extends DBusBuffer {
  /** `bytes` begin where alignment does. */
  constructor(bytes: Buffer, endian: number) {
    super(bytes, 0, endian, null, {});
  }

  /** dbus-next parses the signature anew for each variant, of which a unit of systemd has hundreds. */
  override readVariant(): [readonly TypeNode[], unknown[]] {
    const nodes = parseSignature(String(this.readSimpleType('g')));
    return [nodes, this.readStruct(nodes)];
  }

  override readArray(element: WireNode, size: number): unknown[] {
    this.requireInside(this.pos + size);
    return super.readArray(element, size);
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
}

/** Plain objects for dictionaries, Uint8Array for `ay`, bigint for `t` and `x`; variants as Variant, or as what is in them. */
export function readValues(bytes: Buffer, endian: number, signature: string, isBare: boolean): unknown[] {
  const nodes = parseSignature(signature);
  const reader = new Reader(bytes, endian);
  const raw = reader.readStruct(nodes);
  reader.requireInside();
  return nodes.map((node, i) => decode(node, raw[i], isBare));
}

function decode(node: TypeNode, raw: unknown, isBare: boolean): unknown {
  const [inner] = node.child;
  switch (node.type) {
    case 'v': {
      const [[typed, ...more], [value]] = raw as [[TypeNode?, ...TypeNode[]], [unknown]];
      if (typed === undefined || more.length > 0) throw new TypeError('a variant of other than one value');
      const decoded = decode(typed, value, isBare);
      return isBare ? decoded : new Variant(typed.text, decoded);
    }
    case 'a': {
      // dbus-next's Buffer is a window on the whole message; a copy lets that go.
      if (inner?.type === 'y') return new Uint8Array(raw as Buffer);
      if (inner?.type !== '{') return (raw as unknown[]).map((item) => decode(inner as TypeNode, item, isBare));
      const [, valueNode] = inner.child as [TypeNode, TypeNode];
      // fromEntries defines own properties, so a key named "__proto__" stays a key.
      return Object.fromEntries(
        (raw as [unknown, unknown][]).map(([key, item]) => [String(key), decode(valueNode, item, isBare)]),
      );
    }
    case '(':
      return node.child.map((child, i) => decode(child, (raw as unknown[])[i], isBare));
    default:
      return raw;
  }
}
