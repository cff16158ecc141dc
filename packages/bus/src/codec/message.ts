import { fixedSize, headFields, little, readHead } from './head.ts';
import { readValues } from './reader.ts';
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

const big = 0x42;
const version = 1;
/** Of the bytes that every message begins with; at 4 is the size of the body, at 12 that of the fields. */
const fixedTypes = parseSignature('yyyyuuu');
const [bodySizeAt, fieldsSizeAt] = [4, 12];
/** 128 MiB, by the specification: what is read. */
const largest = 2 ** 27;
const fields = headFields.flatMap((field, code) =>
  field === null ? [] : [[code, field[0], parseSignature(field[1])[0] as TypeNode] as const],
);

export function writeMessage(message: RawMessage): Buffer {
  const { type, flags = 0, serial, signature = '', body = [] } = message;
  const writer = new Writer();
  writer.list(fixedTypes, [little, type, flags, version, 0, serial, 0]);
  for (const [code, name, node] of fields) {
    const value = message[name];
    // An empty one is left out, as if it were not given.
    if (value !== undefined && value !== '' && value !== 0) writer.field(code, node, value);
  }
  writer.put(fieldsSizeAt, writer.size - fixedSize);
  writer.align(8);
  const bodyAt = writer.size;
  writer.list(parseSignature(signature), body);
  writer.put(bodySizeAt, writer.size - bodyAt);
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

/** A message of which only the head has been read. */
export class ReceivedMessage {
  readonly type: number;
  readonly flags: number;
  readonly serial: number;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly errorName: string;
  readonly replySerial: number;
  readonly destination: string;
  readonly sender: string;
  readonly signature: string;
  readonly #order: number;
  readonly #bytes: Buffer;
  readonly #bodyAt: number;
  #body: unknown[] | undefined;
  #args: unknown[] | undefined;

  /** `bytes` are those of one whole message. */
  constructor(bytes: Buffer) {
    const order = bytes[0] ?? 0;
    const head = readHead(bytes, order);
    this.type = bytes[1] ?? 0;
    this.flags = bytes[2] ?? 0;
    this.serial = order === little ? bytes.readUInt32LE(8) : bytes.readUInt32BE(8);
    this.path = head.path;
    this.interface = head.interface;
    this.member = head.member;
    this.errorName = head.errorName;
    this.replySerial = head.replySerial;
    this.destination = head.destination;
    this.sender = head.sender;
    this.signature = head.signature;
    this.#order = order;
    this.#bytes = bytes;
    this.#bodyAt = head.bodyAt;
  }

  /** Read when somebody asks: most signals are nobody's. Throws for what cannot be read. */
  get body(): unknown[] {
    return (this.#body ??= this.#read(false));
  }

  /** The body with variants as what is in them. */
  get args(): unknown[] {
    return (this.#args ??= this.#read(true));
  }

  /** Whether this text is somewhere in the body, which is not read for it. */
  mentions(text: string): boolean {
    return this.#bytes.includes(text, this.#bodyAt);
  }

  #read(isBare: boolean): unknown[] {
    return readValues(this.#bytes.subarray(this.#bodyAt), this.#order, this.signature, isBare);
  }
}
