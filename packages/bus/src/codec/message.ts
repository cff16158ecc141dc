import { Reader } from './reader.ts';
import { parseSignature, type TypeNode } from './signature.ts';
import { Writer } from './writer.ts';

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
}

/** Fields of a header (D-Bus specification, "Message Protocol"): code, name, type. */
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
const nameOf = new Map<number, (typeof fields)[number][1]>(fields.map(([code, name]) => [code, name]));

const little = 0x6c;
const big = 0x42;
const version = 1;
export const fixedSize = 16;
/** 128 MiB, by the specification. */
const largest = 2 ** 27;
const [variantNode] = parseSignature('v') as [TypeNode];

export function writeMessage(message: RawMessage): Buffer {
  const { signature = '', body = [] } = message;
  const writer = new Writer();
  for (const byte of [little, message.type, message.flags ?? 0, version]) writer.byte(byte);
  writer.uint32(0);
  writer.uint32(message.serial);
  writer.uint32(0);
  for (const [code, name, type] of fields) {
    const value = message[name];
    if (value === undefined || value === '' || value === 0) continue;
    writer.align(8);
    writer.byte(code);
    writer.signature(type);
    writer.write(parseSignature(type)[0] as TypeNode, value);
  }
  writer.uint32At(12, writer.length - fixedSize);
  writer.align(8);
  const start = writer.length;
  writer.body(signature, body);
  writer.uint32At(4, writer.length - start);
  return writer.done();
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
  const isLittle = bytes[0] === little;
  const header = new Reader(bytes, isLittle, { at: 8, isBare: true });
  const serial = header.uint32();
  const end = fixedSize + header.uint32();
  const found: Record<string, unknown> = {};
  while (header.at < end) {
    header.align(8);
    const name = nameOf.get(header.byte());
    const value = header.read(variantNode);
    if (name !== undefined) found[name] = value;
  }
  const text = (name: string): string => (typeof found[name] === 'string' ? found[name] : '');
  const signature = text('signature');
  const start = (end + 7) & -8;
  return {
    type: bytes[1] ?? 0,
    flags: bytes[2] ?? 0,
    serial,
    path: text('path'),
    interface: text('interface'),
    member: text('member'),
    errorName: text('errorName'),
    replySerial: typeof found['replySerial'] === 'number' ? found['replySerial'] : 0,
    destination: text('destination'),
    sender: text('sender'),
    signature,
    read: (isBare = false) => {
      const reader = new Reader(bytes, isLittle, { at: start, isBare });
      return parseSignature(signature).map((node) => reader.read(node));
    },
  };
}
