import { Variant } from '../variant.ts';
import { parseSignature, type TypeNode } from './signature.ts';

/** Values in JavaScript's terms -> what dbus-next writes: pairs for dictionaries, [signature, value] for variants. Throws TypeError for a value that is not of its type. */
export function toWritable(signature: string, values: readonly unknown[]): unknown[] {
  const nodes = parseSignature(signature);
  if (nodes.length !== values.length)
    throw new TypeError(`expected ${nodes.length} values for "${signature}", found ${values.length}`);
  return nodes.map((node, i) => write(node, values[i]));
}

const objectPath = /^\/$|^(?:\/[A-Za-z0-9_]+)+$/;
const numbers = 'ybnqiud';

function write(node: TypeNode, value: unknown): unknown {
  const { type, child } = node;
  const [inner] = child;
  switch (type) {
    case 's':
      return textOf(value);
    case 'v':
      if (!(value instanceof Variant)) throw new TypeError(`expected a Variant, found ${typeof value}`);
      return [value.signature, toWritable(value.signature, [value.value])[0]];
    case 'a':
      return writeArray(inner as TypeNode, value);
    case '(':
      if (!Array.isArray(value) || value.length !== child.length)
        throw new TypeError(`expected a list of ${child.length} values`);
      return child.map((one, i) => write(one, (value as unknown[])[i]));
    case 'b':
      if (typeof value !== 'boolean') throw new TypeError(`expected true or false, found ${typeof value}`);
      return value;
    case 't':
    case 'x': {
      const long = typeof value === 'number' ? BigInt(value) : value;
      if (typeof long !== 'bigint') throw new TypeError(`expected a whole number, found ${typeof value}`);
      return long;
    }
    case 'o':
      if (typeof value !== 'string' || !objectPath.test(value)) throw new TypeError('expected the path of an object');
      return value;
    case 'g':
      parseSignature(textOf(value));
      return value;
    default:
      if (!numbers.includes(type)) throw new TypeError(`values of type "${type}" are not written`);
      if (typeof value !== 'number') throw new TypeError(`expected a number, found ${typeof value}`);
      return value;
  }
}

function writeArray(inner: TypeNode, value: unknown): unknown {
  if (inner.type === 'y') {
    if (!(value instanceof Uint8Array)) throw new TypeError(`expected bytes, found ${typeof value}`);
    return Buffer.from(value);
  }
  if (inner.type === '{') return entriesOf(inner, value);
  if (!Array.isArray(value)) throw new TypeError(`expected a list, found ${typeof value}`);
  return value.map((item) => write(inner, item));
}

function entriesOf({ child }: TypeNode, value: unknown): unknown[] {
  const [key, item] = child as [TypeNode, TypeNode];
  if (typeof value !== 'object' || value === null) throw new TypeError(`expected an object, found ${typeof value}`);
  const isText = 'sog'.includes(key.type);
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => [write(key, isText ? name : Number(name)), write(item, one)]);
}

// The bus ends the connection of whoever sends a NUL.
function textOf(value: unknown): string {
  if (typeof value !== 'string' || value.includes('\0')) throw new TypeError('expected a text without NUL');
  return value;
}
