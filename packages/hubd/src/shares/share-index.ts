import { formatScope } from '../access/scope.ts';
import type { Share, ShareTarget } from './share.ts';

const nothing: readonly string[] = [];

/** What is shared with whom, in memory: every request asks, and without shares that costs nothing. */
export class ShareIndex {
  /** `user ada` or `group staff` -> number of a share -> its raw scopes. */
  readonly #given = new Map<string, Map<number, readonly string[]>>();

  /** Owner -> how many shares of their servers there are. */
  readonly #owners = new Map<string, number>();

  /** Whether anything is shared with somebody, or by them. */
  knows(kind: ShareTarget['kind'], name: string): boolean {
    return this.#given.has(keyOf(kind, name)) || (kind === 'user' && this.#owners.has(name));
  }

  set(share: Share): void {
    const key = keyOf(share.target.kind, share.target.name);
    const shares = this.#given.get(key) ?? new Map<number, readonly string[]>();
    if (!shares.has(share.id)) this.#count(share.server.user, 1);
    this.#given.set(key, shares.set(share.id, rawScopes(share)));
  }

  remove(share: Share): void {
    const key = keyOf(share.target.kind, share.target.name);
    const shares = this.#given.get(key);
    if (shares?.delete(share.id) !== true) return;
    if (shares.size === 0) this.#given.delete(key);
    this.#count(share.server.user, -1);
  }

  clear(): void {
    this.#given.clear();
    this.#owners.clear();
  }

  sharedWith(user: string, groups: ReadonlySet<string>): readonly string[] {
    if (this.#given.size === 0) return nothing;
    const keys = [keyOf('user', user), ...[...groups].map((group) => keyOf('group', group))];
    return keys.flatMap((key) => [...(this.#given.get(key)?.values() ?? [])].flat());
  }

  #count(owner: string, change: number): void {
    const count = (this.#owners.get(owner) ?? 0) + change;
    if (count === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, count);
  }
}

/** The scopes of a share as people and programs see them, each for this server alone. */
export function rawScopes({ server, scopes }: Pick<Share, 'scopes' | 'server'>): readonly string[] {
  const value = `${server.user}/${server.name}`;
  return scopes.map((name) => formatScope(name, { kind: 'server', value })).toSorted();
}

function keyOf(kind: ShareTarget['kind'], name: string): string {
  return `${kind} ${name}`;
}
