import { BlockList, isIP, type Socket } from 'node:net';
import { TshubError } from '@tshub/contract';

/** Whether the X-Forwarded headers of this peer are believed. */
export type Trusts = (address: string) => boolean;

/** What stands for the peer's address when the public listener is a UNIX socket; may be listed as trusted. */
export const unixPeer = 'unix';

/** Addresses whose judgement is remembered. */
const maxSeen = 4096;

/** Reads `[proxy] trusted_proxies`: addresses, networks, or "unix"; throws config_invalid. */
export function trustedPeers(list: readonly string[]): Trusts {
  const known = new BlockList();
  for (const entry of list) if (entry !== unixPeer) addPeer(known, entry);
  const trustsUnix = list.includes(unixPeer);
  const check: Trusts = (address) => {
    const family = isIP(address);
    return family === 0 ? trustsUnix && address === unixPeer : known.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
  // Node makes objects of both for each comparison: a microsecond, and every request has one.
  const seen = new Map<string, boolean>();
  return (address) => {
    let isTrusted = seen.get(address);
    if (isTrusted === undefined) {
      if (seen.size >= maxSeen) seen.clear();
      isTrusted = check(address);
      seen.set(address, isTrusted);
    }
    return isTrusted;
  };
}

function addPeer(known: BlockList, entry: string): void {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  const width = family === 4 ? 32 : 128;
  const isBitsGood = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width);
  if (family === 0 || !isBitsGood || rest.length > 0) {
    const problem = `proxy.trusted_proxies: expected addresses such as "10.0.0.1" or "10.0.0.0/8", found ${JSON.stringify(entry)}`;
    throw new TshubError('config_invalid', { problem });
  }
  known.addSubnet(address, Number(bits ?? width), family === 4 ? 'ipv4' : 'ipv6');
}

/** An address as people write it: IPv4 in IPv6 becomes IPv4; none (a UNIX socket) becomes `unix`. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined || address === '') return unixPeer;
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

/**
 * Whether who connected has reset the connection before anybody asked for the address. What they sent can still be read, and would be
 * taken for a UNIX peer's. To be asked first: Node remembers the address from then on.
 */
export function isOfNobody(socket: Socket): boolean {
  return socket.remoteAddress === undefined && socket.localAddress !== undefined;
}
