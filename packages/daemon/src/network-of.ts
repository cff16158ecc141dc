const loopback = '::1';

/** Of a network: this host itself, or what is no address, such as a UNIX socket. */
export function isOwnHost(network: string): boolean {
  return network === loopback || network.startsWith('127.') || !/[.:]/.test(network);
}

/**
 * What counts as one client: an IPv4 address, also one that is written in IPv6 (`::ffff:192.0.2.1`), or of IPv6 the /64 that an
 * address is in, all of which any client has. In one spelling, whoever wrote the address; what is none stays as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  // Taking one apart takes microseconds, and every request has one.
  let network = seen.get(address);
  if (network === undefined) {
    if (seen.size >= maxSeen) seen.clear();
    network = readNetwork(address);
    seen.set(address, network);
  }
  return network;
}

/** Addresses whose network is remembered. */
const maxSeen = 4096;
const seen = new Map<string, string>();

function readNetwork(address: string): string {
  const [head = [], tail, ...more] = address.replace(/%.*$/, '').split('::').map(groupsOf);
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return address;
  const groups = [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])];
  if (groups.some((group) => !(group >= 0 && group <= 0xffff))) return address;
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0)) {
    if (groups[5] === 0xffff) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
    if (groups[5] === 0 && high === 0 && low === 1) return loopback;
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');
}

/** Groups of 16 bits; an IPv4 address at the end is two of them; NaN for what is none. */
function groupsOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return /^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : Number.NaN;
    const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
