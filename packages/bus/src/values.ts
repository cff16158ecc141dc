import type { WireDict, WireValue } from '@tshub/contract';
import signatures, { type SignatureNode } from 'dbus-next/lib/signature.js';

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

/** Message body in JavaScript's terms -> what the codec writes: pairs for dictionaries, [signature, value] for variants. */
export function encodeBody(signature: string, body: readonly unknown[]): unknown[] {
  const nodes = signatures.parseSignature(signature);
  if (nodes.length !== body.length)
    throw new TypeError(`expected ${nodes.length} values for "${signature}", found ${body.length}`);
  return nodes.map((node, i) => encode(node, body[i]));
}

/** What the codec read -> JavaScript: plain objects, Uint8Array for `ay`, bigint for `t` and `x`, Variant for `v`. */
export function decodeBody(signature: string, body: readonly unknown[]): unknown[] {
  return signatures.parseSignature(signature).map((node, i) => decode(node, body[i]));
}

function encode(node: SignatureNode, value: unknown): unknown {
  const [inner] = node.child;
  switch (node.type) {
    case 'v':
      if (!(value instanceof Variant)) throw new TypeError(`expected a Variant, found ${typeof value}`);
      return [value.signature, encodeBody(value.signature, [value.value])[0]];
    case 'a':
      if (inner?.type === 'y') return bytes(value);
      if (inner?.type === '{') return entries(inner, value);
      if (!Array.isArray(value)) throw new TypeError(`expected a list, found ${typeof value}`);
      return value.map((item) => encode(inner as SignatureNode, item));
    case '(':
      if (!Array.isArray(value) || value.length !== node.child.length)
        throw new TypeError(`expected a list of ${node.child.length} values`);
      return node.child.map((child, i) => encode(child, (value as unknown[])[i]));
    case 't':
    case 'x':
      return typeof value === 'number' ? BigInt(value) : value;
    default:
      return value;
  }
}

function bytes(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) throw new TypeError(`expected bytes, found ${typeof value}`);
  return value;
}

function entries(node: SignatureNode, value: unknown): unknown[] {
  const [keyNode, valueNode] = node.child;
  if (typeof value !== 'object' || value === null || keyNode === undefined || valueNode === undefined) {
    throw new TypeError(`expected an object, found ${typeof value}`);
  }
  const isText = 'sog'.includes(keyNode.type);
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [isText ? key : Number(key), encode(valueNode, item)]);
}

function decode(node: SignatureNode, raw: unknown): unknown {
  const [inner] = node.child;
  switch (node.type) {
    case 'v': {
      const [[innerNode], [value]] = raw as [[SignatureNode], [unknown]];
      return new Variant(signatures.collapseSignature(innerNode), decode(innerNode, value));
    }
    case 'a': {
      // The codec's Buffer is a window on the whole message; a copy lets that go.
      if (inner?.type === 'y') return new Uint8Array(raw as Buffer);
      if (inner?.type !== '{') return (raw as unknown[]).map((item) => decode(inner as SignatureNode, item));
      const valueNode = inner.child[1] as SignatureNode;
      // fromEntries defines own properties, so a key named "__proto__" stays a key.
      return Object.fromEntries(
        (raw as [unknown, unknown][]).map(([key, item]) => [String(key), decode(valueNode, item)]),
      );
    }
    case '(':
      return node.child.map((child, i) => decode(child, (raw as unknown[])[i]));
    default:
      return raw;
  }
}

/** Replaces every Variant, however deep, by what is in it. */
export function unwrap(value: unknown): unknown {
  if (value instanceof Variant) return unwrap(value.value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
  }
  return value;
}

/** The signature that a value of one of our dictionaries travels with; see WireValue. */
export function wrapValue(value: WireValue): Variant {
  switch (typeof value) {
    case 'string':
      return new Variant('s', value);
    case 'boolean':
      return new Variant('b', value);
    case 'bigint':
      return new Variant(value < 0n ? 'x' : 't', value);
    case 'number':
      if (!Number.isInteger(value)) return new Variant('d', value);
      return Math.abs(value) < 2 ** 31 ? new Variant('i', value) : new Variant('x', BigInt(value));
    default:
      if (value instanceof Uint8Array) return new Variant('ay', value);
      return Array.isArray(value) ? new Variant('as', value) : new Variant('a{ss}', value);
  }
}

/** A dictionary of ours -> a{sv}. Keys without a value are left out. */
export function wrapDict(dict: WireDict): Record<string, Variant> {
  return Object.fromEntries(
    Object.entries(dict)
      .filter(([, value]) => (value as unknown) !== undefined)
      .map(([key, value]) => [key, wrapValue(value)]),
  );
}

/** a{sv} -> a dictionary of ours: `x` only ever carries a whole number too large for `i`, so it is a number again. */
export function unwrapDict(dict: unknown): WireDict {
  return Object.fromEntries(
    Object.entries(dict as Record<string, unknown>).map(([key, value]) => [key, unwrapValue(value) as WireValue]),
  );
}

function unwrapValue(value: unknown): unknown {
  if (!(value instanceof Variant)) return value;
  if (value.signature === 'x' && Number.isSafeInteger(Number(value.value))) return Number(value.value);
  return unwrap(value);
}

/** One typed argument of a table -> what encodeBody takes. */
export function toWire(type: string, value: unknown): unknown {
  if (type === 'a{sv}') return wrapDict(value as WireDict);
  if (type === 'aa{sv}') return (value as readonly WireDict[]).map(wrapDict);
  return value;
}

/** What decodeBody gave -> one typed argument of a table. */
export function fromWire(type: string, value: unknown): unknown {
  if (type === 'a{sv}') return unwrapDict(value);
  if (type === 'aa{sv}') return (value as unknown[]).map(unwrapDict);
  return value;
}
