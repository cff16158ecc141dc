import type { Owner } from '../caller/caller.ts';

/** A token's row. The text of a token is not kept: only its hash and a prefix to find it by. */
export interface Token {
  readonly id: number;
  readonly owner: Owner;
  /** Raw scopes as given at creation, with `!user`, `!server` and `inherit` still in them. */
  readonly scopes: readonly string[];
  /** The OAuth client that the token was issued to; null for plain API tokens. */
  readonly clientId: string | null;
  readonly sessionId: string | null;
  readonly note: string;
  readonly created: number;
  readonly expiresAt: number | null;
  readonly lastActivity: number | null;
}

export interface NewToken {
  readonly owner: { readonly kind: 'user'; readonly id: number } | { readonly kind: 'service'; readonly name: string };
  readonly scopes: readonly string[];
  readonly note: string;
  /** Seconds from now; null for never. */
  readonly expiresIn: number | null;
  readonly clientId?: string;
  readonly sessionId?: string;
  /** Given by an administrator; made up if left out. */
  readonly text?: string;
}

export interface Tokens {
  /** Makes a token; its text is in the result and nowhere else. */
  issue(token: NewToken): Promise<{ readonly id: number; readonly text: string }>;
  /** The unexpired token with this text. */
  find(text: string): Promise<Token | undefined>;
  byId(id: number): Promise<Token | undefined>;
  /** The unexpired ones of a user, by last use or else making; what has expired is removed on this occasion. */
  ofUser(userId: number): Promise<readonly Token[]>;
  revoke(id: number): Promise<void>;
  /** Every token of a user who goes. */
  revokeUser(userId: number): Promise<void>;
  /** A user has another name: so it is in the scopes of all tokens. */
  renameUser(from: string, to: string): Promise<void>;
  /** Every token of an OAuth client, of one user or of all. */
  revokeClient(clientId: string, userId?: number): Promise<void>;
  /** Every token that a service owns, or only those with this note. */
  revokeService(service: string, note?: string): Promise<void>;
  revokeSession(userId: number, sessionId: string): Promise<void>;
  /** Tokens with scopes of this client that a user already has; the authorize page is skipped when they cover what is asked. */
  ofClient(clientId: string, userId: number): Promise<readonly Token[]>;
  /** Notes a use, at most once every activity_resolution seconds. */
  touch(token: Token): Promise<void>;
  purgeExpired(): Promise<number>;
}
