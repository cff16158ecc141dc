import { formatScope } from '../access/scope.ts';
import type { Share } from './share.ts';

const nothing: readonly string[] = [];

/** What is shared with whom, in memory: every request asks, and without shares that costs nothing. */
export class ShareIndex {
  /** `user ada` or `group staff` -> number of a share -> its raw scopes. */
  readonly #given = new Map<string, Map<number, readonly string[]>>();

  get isEmpty(): boolean {
    return this.#given.size === 0;
  }

  set(share: Share): void {
    const key = keyOf(share.target.kind, share.target.name);
    const shares = this.#given.get(key) ?? new Map<number, readonly string[]>();
    this.#given.set(key, shares.set(share.id, rawScopes(share)));
  }

  remove(share: Share): void {
    const key = keyOf(share.target.kind, share.target.name);
    const shares = this.#given.get(key);
    if (shares?.delete(share.id) === true && shares.size === 0) this.#given.delete(key);
  }

  clear(): void {
    this.#given.clear();
  }

  sharedWith(user: string, groups: ReadonlySet<string>): readonly string[] {
    if (this.isEmpty) return nothing;
    const keys = [keyOf('user', user), ...[...groups].map((group) => keyOf('group', group))];
    return keys.flatMap((key) => [...(this.#given.get(key)?.values() ?? [])].flat());
  }
}

/** The scopes of a share as people and programs see them, each for this server alone. */
export function rawScopes({ server, scopes }: Pick<Share, 'scopes' | 'server'>): readonly string[] {
  const value = `${server.user}/${server.name}`;
  return scopes.map((name) => formatScope(name, { kind: 'server', value })).toSorted();
}

function keyOf(kind: 'group' | 'user', name: string): string {
  return `${kind} ${name}`;
}
