import type { WireDict, WireValue } from '@tshub/contract';
import { Variant, variant } from './variant.ts';

export { Variant, variant };

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

/** One typed argument of a table -> what is written. */
export function toWire(type: string, value: unknown): unknown {
  if (type === 'a{sv}') return wrapDict(value as WireDict);
  if (type === 'aa{sv}') return (value as readonly WireDict[]).map(wrapDict);
  return value;
}

/** What was read -> one typed argument of a table. */
export function fromWire(type: string, value: unknown): unknown {
  if (type === 'a{sv}') return unwrapDict(value);
  if (type === 'aa{sv}') return (value as unknown[]).map(unwrapDict);
  return value;
}
