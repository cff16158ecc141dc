/** How a name and a password are checked; `login.ts` knows no more than this. */

export interface LoginAttempt {
  /** As typed, without spaces around it. */
  readonly user: string;
  readonly password: string;
  /** Address of the browser. */
  readonly from: string;
}

/** `secret` and `prompt` want an answer, `info` and `error` are only shown. */
export interface AuthQuestion {
  readonly style: 'secret' | 'prompt' | 'info' | 'error';
  readonly text: string;
}

/** Who somebody has proved to be, and what was learned on the way. */
export interface Identity {
  /** The authenticator's own name for them, which may differ from what was typed. */
  readonly user: string;
  readonly groups: readonly string[];
  /** An account of this host, whose name is taken as it is spelled. */
  readonly isAccount?: boolean;
  /** For the user's model in the API: what servers show of a person. */
  readonly userInfo?: UserInfo;
  /** Secrets of the provider; kept encrypted, if at all. */
  readonly authState?: AuthState;
}

/** Names that jupyter-server knows for a person (`name`, `display_name`, `initials`, `avatar_url`, `color`), and others. */
export type UserInfo = Readonly<Record<string, string>>;
export type AuthState = Readonly<Record<string, unknown>>;

export type AuthStep =
  | ({ readonly kind: 'ok' } & Identity)
  /** `reason` is a word for the log; `text` may be shown, and is '' when unknown users and wrong passwords must look alike. */
  | { readonly kind: 'refused'; readonly reason: string; readonly text: string }
  | AuthAsk;

/** The check wants more: a one-time code, a new password. Ends in `answer` or `cancel`, or by itself when nobody answers. */
export interface AuthAsk {
  readonly kind: 'ask';
  readonly messages: readonly AuthQuestion[];
  /** One value for each message, null for those that ask nothing. */
  answer(values: ReadonlyArray<string | null>): Promise<AuthStep>;
  cancel(): void;
}

export interface Authenticate {
  /** Throws daemon_away when logins cannot be checked at all. */
  begin(attempt: LoginAttempt): Promise<AuthStep>;
}
