/** How many connections each address has, so that one client cannot take all there may be. */
export class AddressShare {
  #counts = new Map<string, number>();

  /** false: it has as many as it may; `most` 0: any number. Loopback and UNIX sockets speak for many. */
  enter(address: string, most: number): boolean {
    const key = networkOf(address);
    const before = this.#counts.get(key) ?? 0;
    if (most > 0 && before >= most && !isOwnHost(address)) return false;
    this.#counts.set(key, before + 1);
    return true;
  }

  leave(address: string): void {
    const key = networkOf(address);
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}

function isOwnHost(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || !/[.:]/.test(address);
}

/** An address, or of IPv6 the /64 that it is in: any client has all addresses of that. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = [], tail] = address.split('::').map(groupsOf);
  if (tail === undefined) return head.slice(0, 4).join(':');
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}
