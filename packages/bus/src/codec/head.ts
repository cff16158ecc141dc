import { Reader } from './reader.ts';

export const little = 0x6c;
export const fixedSize = 16;

/** A header's fields by their code (D-Bus specification, "Message Protocol"); null for what nobody asks for. */
export const headFields = [
  null,
  ['path', 'o'],
  ['interface', 's'],
  ['member', 's'],
  ['errorName', 's'],
  ['replySerial', 'u'],
  ['destination', 's'],
  ['sender', 's'],
  ['signature', 'g'],
] as const;

/** What a header says; empty or 0 for what it does not. */
export interface Head {
  path: string;
  interface: string;
  member: string;
  errorName: string;
  replySerial: number;
  destination: string;
  sender: string;
  signature: string;
  /** Where the body begins. */
  bodyAt: number;
}

const [text, path, signature, number] = ['s', 'o', 'g', 'u'].map((type) => type.charCodeAt(0));

/** Most of what comes are signals that nobody wants: so their heads are read here, and not as the list of variants that they are. */
export function readHead(bytes: Buffer, order: number): Head {
  const uint32 = (at: number): number => (order === little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const head: Head = {
    path: '',
    interface: '',
    member: '',
    errorName: '',
    replySerial: 0,
    destination: '',
    sender: '',
    signature: '',
    bodyAt: 0,
  };
  const end = fixedSize + uint32(12);
  for (let at = fixedSize; at < end;) {
    at = (at + 7) & -8;
    const [name] = headFields[bytes[at] ?? 0] ?? [];
    // One byte for the code, three for the signature of a basic type: the value is where it must be aligned to.
    const type = bytes[at + 1] === 1 ? bytes[at + 2] : undefined;
    if (type === number) {
      if (name === 'replySerial') head.replySerial = uint32(at + 4);
      at += 8;
    } else if (type === text || type === path || type === signature) {
      const begin = at + (type === signature ? 5 : 8);
      const size = type === signature ? (bytes[at + 4] ?? 0) : uint32(at + 4);
      if (name !== undefined && name !== 'replySerial') head[name] = bytes.toString('utf8', begin, begin + size);
      at = begin + size + 1;
    } else at = endOfVariant(bytes, order, at + 1);
    if (at > end) throw new RangeError('a field reaches beyond its header');
  }
  head.bodyAt = (end + 7) & -8;
  if (head.bodyAt > bytes.length) throw new RangeError('a header reaches beyond its message');
  return head;
}

/** A field of a type that none of ours has. */
function endOfVariant(bytes: Buffer, order: number, at: number): number {
  const reader = new Reader(bytes.subarray(fixedSize), order, true);
  reader.pos = at - fixedSize;
  reader.variant();
  return reader.pos + fixedSize;
}
