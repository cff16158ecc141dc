/** A server, its owner's name included, as shares know it: by its row. */
export interface SharedServer {
  readonly id: number;
  readonly user: string;
  /** '' for the default server. */
  readonly name: string;
}

/** With whom: one user or one group, with the id of its row. */
export interface ShareTarget {
  readonly kind: 'group' | 'user';
  readonly id: number;
  readonly name: string;
}

/** The journal's field about a target: `TSHUB_SHARED_WITH=user bob`. */
export function sharedWith(target: Pick<ShareTarget, 'kind' | 'name'> | undefined): { readonly sharedWith?: string } {
  return target === undefined ? {} : { sharedWith: `${target.kind} ${target.name}` };
}

/** A server is shared once with each user and each group, until somebody ends it. Scopes are without their filter, which is the server. */
export interface Share {
  readonly id: number;
  readonly server: SharedServer;
  readonly target: ShareTarget;
  readonly scopes: readonly string[];
  readonly created: number;
}

/** What whoever has its text can exchange for a share; the text is not kept. */
export interface ShareCode {
  readonly id: number;
  readonly server: SharedServer;
  readonly scopes: readonly string[];
  readonly created: number;
  readonly expiresAt: number;
  readonly exchangeCount: number;
  readonly lastExchanged: number | null;
}

export interface PageQuery {
  readonly offset: number;
  readonly limit: number;
}

/** Shares of an owner, of a server, of a group, or of a user: these with those of their groups. */
export type SharesOf =
  | { readonly owner: string }
  | { readonly serverId: number }
  | { readonly userId: number }
  | { readonly groupId: number };

/** What was taken of a share, and what is left, if anything. */
export interface Revoked {
  readonly taken: readonly string[];
  readonly left: Share | undefined;
}

export interface Shares {
  /** Reads all shares into memory. */
  load(): Promise<void>;
  /** A user or a group, or a server of a user, has another name now or is gone: reads all again, if anything is shared with or by them. */
  reload(kind: ShareTarget['kind'], name: string): Promise<void>;
  /** Raw scopes that shares give to a user who is in these groups. Asks memory only. */
  sharedWith(user: string, groups: ReadonlySet<string>): readonly string[];
  /** Undefined for a server that never was started or made. */
  server(user: string, name: string): Promise<SharedServer | undefined>;
  list(of: SharesOf, page: PageQuery): Promise<{ readonly items: readonly Share[]; readonly total: number }>;
  find(server: SharedServer, target: ShareTarget): Promise<Share | undefined>;
  /** Adds scopes to what is shared already. */
  grant(server: SharedServer, target: ShareTarget, scopes: readonly string[]): Promise<Share>;
  /** Takes scopes away, all of them for null. */
  revoke(server: SharedServer, target: ShareTarget, scopes: readonly string[] | null): Promise<Revoked>;
  revokeAll(server: SharedServer): Promise<void>;
}

export interface ShareCodes {
  /** Throws not_found when the server has just gone, bad_request when it has as many as may be. */
  create(
    server: SharedServer,
    scopes: readonly string[],
    expiresIn: number,
  ): Promise<{ readonly code: ShareCode; readonly text: string }>;
  list(
    of: { readonly owner: string } | { readonly serverId: number },
    page: PageQuery,
  ): Promise<{ readonly items: readonly ShareCode[]; readonly total: number }>;
  /** Undefined for one that has expired. */
  find(text: string): Promise<ShareCode | undefined>;
  /** Counts an exchange; false when the code went away in between. */
  noteExchange(code: ShareCode): Promise<boolean>;
  /** How many there were. */
  revoke(server: SharedServer, which: { readonly text?: string; readonly id?: number }): Promise<number>;
  purgeExpired(): Promise<number>;
}
