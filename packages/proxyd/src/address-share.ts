import { isOwnHost, networkOf } from '@tshub/daemon';

/** How many connections each address has, so that one client cannot take all there may be. */
export class AddressShare {
  #counts = new Map<string, number>();

  /** false: it has as many as it may; `most` 0: any number. Loopback and UNIX sockets speak for many. */
  enter(address: string, most: number): boolean {
    const key = networkOf(address);
    const before = this.#counts.get(key) ?? 0;
    if (most > 0 && before >= most && !isOwnHost(key)) return false;
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
