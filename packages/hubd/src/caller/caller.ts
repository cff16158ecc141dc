/** Who asks. Attested, never claimed: by a token or a cookie over HTTP, by the uid over the bus. */

/** Expanded scopes, each either a name or `name!kind=value` (contract of the peer, 3.2 and 3.3). */
export type ScopeSet = ReadonlySet<string>;

export type Owner =
  | { readonly kind: 'user'; readonly id: number; readonly name: string; readonly admin: boolean }
  | { readonly kind: 'service'; readonly name: string };

export interface Caller {
  readonly owner: Owner;
  /** What may be done now: for a token already cut down to what its owner may do. */
  readonly scopes: ScopeSet;
  readonly via: 'bus' | 'cookie' | 'token';
  /** Number of the token's row; null when no token was used. */
  readonly tokenId: number | null;
  /** The browser session that a token or cookie belongs to. */
  readonly sessionId: string | null;
  /** For the log: an address, or `uid 1000`. */
  readonly from: string;
}

/** What a scope is asked for. Made by access/access.ts, which knows the groups that a user is in: `!group=` covers those too. */
export type Resource =
  | { readonly kind: 'none' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'user'; readonly user: string; readonly groups: ReadonlySet<string> }
  | {
      readonly kind: 'server';
      readonly user: string;
      /** Empty for the default server. */
      readonly server: string;
      readonly groups: ReadonlySet<string>;
    }
  | { readonly kind: 'service'; readonly service: string };
