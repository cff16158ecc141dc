import { isIP } from 'node:net';

/**
 * The head that a balancer puts before a connection's first byte (PROXY protocol 1 and 2, haproxy's proxy-protocol.txt).
 * `address` is the client's; null when the balancer speaks for itself. `length` is how many bytes the head has.
 */
export type ProxyHead = { readonly address: string | null; readonly length: number };

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const maxV1 = 107;
/** The address part with TLVs; more than a balancer has to tell. */
const maxV2 = 2048;

/** undefined: more bytes are needed; null: this is no such head. */
export function readProxyHead(bytes: Buffer): ProxyHead | null | undefined {
  const known = Math.min(bytes.length, signature.length);
  if (bytes.subarray(0, known).equals(signature.subarray(0, known))) {
    return bytes.length < 16 ? undefined : readV2(bytes);
  }
  const begin = bytes.toString('latin1', 0, 6);
  return 'PROXY '.startsWith(begin) || begin === 'PROXY ' ? readV1(bytes) : null;
}

function readV1(bytes: Buffer): ProxyHead | null | undefined {
  const end = bytes.indexOf('\r\n');
  if (end === -1) return bytes.length < maxV1 ? undefined : null;
  if (end > maxV1 - 2) return null;
  const length = end + 2;
  const [, family, address = '', , ...ports] = bytes.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { address: null, length };
  const isGood = ports.length === 2 && isIP(address) === (family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : -1);
  return isGood ? { address, length } : null;
}

function readV2(bytes: Buffer): ProxyHead | null | undefined {
  const [kind = 0, family = 0] = bytes.subarray(12, 14);
  const size = bytes.readUInt16BE(14);
  if (kind >> 4 !== 2 || size > maxV2) return null;
  const length = 16 + size;
  if (bytes.length < length) return undefined;
  const command = kind & 0x0f;
  if (command === 0) return { address: null, length };
  if (command !== 1) return null;
  const kindOf = family >> 4;
  if (kindOf === 1) return size < 12 ? null : { address: bytes.subarray(16, 20).join('.'), length };
  if (kindOf === 2) return size < 36 ? null : { address: ipv6Of(bytes.subarray(16, 32)), length };
  // Unspecified, or a UNIX socket: there is no address to tell.
  return { address: null, length };
}

function ipv6Of(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return groups.join(':');
}
