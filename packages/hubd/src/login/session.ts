import type { Context } from 'koa';
import type { User } from '../users/user.ts';

/** A browser that is logged in. */
export interface Session {
  readonly user: User;
  /** Value of the jupyterhub-session-id cookie: random, one for each login, sent again when the browser lost it. */
  readonly id: string;
}

export interface Sessions {
  /** Reads the login cookie of a request; null when there is none, it is forged, too old, logged out of, or its user is gone. */
  read(ctx: Context): Promise<Session | null>;
  /** Sets the login cookie and a fresh session id. */
  begin(ctx: Context, user: User): Promise<Session>;
  /** The session id of this browser; makes one when it has none. */
  ensureId(ctx: Context): string;
  /** Clears the cookies; copies of the login cookie are worth nothing from now on. */
  end(ctx: Context, session: Session): Promise<void>;
}

export interface Xsrf {
  /** The token for forms of this browser; sets the `_xsrf` cookie when it is missing or stale and this is a navigation. */
  token(ctx: Context, session: Session | null): string;
  /** A new cookie, as at login. */
  renew(ctx: Context, session: Session | null): string;
  /** Throws `xsrf` (403) unless this cookie-authenticated request is allowed (peer's contract 5.2). `argument` is the form or query value. */
  check(ctx: Context, session: Session | null, argument: string | undefined): void;
}
