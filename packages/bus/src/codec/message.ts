import { variant } from '../variant.ts';
import { Reader, readValues } from './reader.ts';
import { parseSignature, type TypeNode } from './signature.ts';
import { largestSent, tooLarge, writeValues } from './writer.ts';

export interface RawMessage {
  readonly type: number;
  readonly serial: number;
  readonly flags?: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly destination?: string;
  readonly sender?: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

/** A message whose body is still bytes. */
export interface ReceivedMessage extends Required<Omit<RawMessage, 'body'>> {
  /** `isBare`: variants as what is in them. */
  readonly read: (isBare?: boolean) => unknown[];
  /** Whether these bytes are somewhere in the body: found out without reading it. */
  readonly mentions: (text: string) => boolean;
}

/** A header's fields: code, name, type (D-Bus specification, "Message Protocol"). */
const fields = [
  [1, 'path', 'o'],
  [2, 'interface', 's'],
  [3, 'member', 's'],
  [4, 'errorName', 's'],
  [5, 'replySerial', 'u'],
  [6, 'destination', 's'],
  [7, 'sender', 's'],
  [8, 'signature', 'g'],
] as const;
const nameOf = new Map<unknown, keyof ReceivedMessage>(fields.map(([code, name]) => [code, name]));

const little = 0x6c;
const big = 0x42;
const version = 1;
const headTypes = 'yyyyuua(yv)';
export const fixedSize = 16;
/** 128 MiB, by the specification: what is read. */
const largest = 2 ** 27;
const [{ child: fieldTypes }] = parseSignature('a(yv)') as [TypeNode];

export function writeMessage(message: RawMessage): Buffer {
  const { type, flags = 0, serial, signature = '', body: values = [] } = message;
  const body = writeValues(signature, values);
  const given = fields.flatMap(([code, name, itsType]) => {
    const value = message[name];
    // An empty one is left out, as if it were not given.
    return value === undefined || value === '' || value === 0 ? [] : [[code, variant(itsType, value)]];
  });
  const head = writeValues(headTypes, [little, type, flags, version, body.length, serial, given]);
  if (head.length + (-head.length & 7) + body.length > largestSent) throw tooLarge();
  return Buffer.concat([head, Buffer.alloc(-head.length & 7), body]);
}

/** How long the message is that begins with these sixteen bytes; throws when it cannot be one. */
export function sizeOf(head: Buffer): number {
  const order = head[0];
  if ((order !== little && order !== big) || head[3] !== version) throw new RangeError('this is no message of D-Bus');
  const [body, header] =
    order === little ? [head.readUInt32LE(4), head.readUInt32LE(12)] : [head.readUInt32BE(4), head.readUInt32BE(12)];
  const size = fixedSize + ((header + 7) & -8) + body;
  if (header > largest || size > largest) throw new RangeError('a message of more than 128 MiB');
  return size;
}

/** `bytes` are those of one whole message. */
export function readMessage(bytes: Buffer): ReceivedMessage {
  const order = bytes[0] ?? 0;
  const uint32 = (at: number): number => (order === little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const header = new Reader(bytes.subarray(fixedSize), order);
  const found: Partial<Record<keyof ReceivedMessage, unknown>> = {};
  for (const field of header.readArray(fieldTypes[0] as TypeNode, uint32(12))) {
    // A field is its code and a variant, which dbus-next reads as [types, values].
    const [code, [, [value]]] = field as [number, [unknown, [unknown]]];
    const name = nameOf.get(code);
    if (name !== undefined) found[name] = value;
  }
  header.align(3);
  header.requireInside();
  const text = (name: keyof ReceivedMessage): string => (typeof found[name] === 'string' ? found[name] : '');
  const signature = text('signature');
  const body = bytes.subarray(fixedSize + header.pos);
  return {
    type: bytes[1] ?? 0,
    flags: bytes[2] ?? 0,
    serial: uint32(8),
    path: text('path'),
    interface: text('interface'),
    member: text('member'),
    errorName: text('errorName'),
    replySerial: typeof found['replySerial'] === 'number' ? found['replySerial'] : 0,
    destination: text('destination'),
    sender: text('sender'),
    signature,
    read: (isBare = false) => readValues(body, order, signature, isBare),
    mentions: (text) => body.includes(text),
  };
}
