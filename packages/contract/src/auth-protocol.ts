/**
 * One login between hubd and authd: JSON lines over /run/tshub-authd/authd.sock, one connection for each login.
 *
 * hubd sends `login`; authd answers any number of `ask`, each of which hubd answers with `answers`; authd ends with one `result`
 * and closes. Anything else, a line that is too long or an answer that is too late ends the connection without a `result`.
 */
import * as z from 'zod';

export const authLimits = {
  /** Bytes of one line, without its line feed. */
  lineBytes: 65536,
  /** Milliseconds until `login` must have come. */
  firstLineMs: 60_000,
  /** Milliseconds for the whole dialogue; people type one-time codes in this time. */
  dialogueMs: 120_000,
} as const;

const text = z.string().refine((value) => !value.includes('\0'), 'expected text without NUL');

/** hubd -> authd, the first line. `rhost` is the browser's address, for pam_access and the PAM modules' own logs. */
export const authLogin = z.strictObject({
  type: z.literal('login'),
  user: text.min(1).max(256),
  rhost: text.max(256).optional(),
});

/** hubd -> authd: one value for each message of the `ask`; null for messages that ask nothing. */
export const authAnswers = z.strictObject({
  type: z.literal('answers'),
  values: z.array(text.nullable()).max(32),
});

/** `secret` is typed without echo, `prompt` with; `info` and `error` are shown and ask nothing. */
export const authMessage = z.object({
  style: z.enum(['secret', 'prompt', 'info', 'error']),
  text: z.string(),
});

/** authd -> hubd: what one call of PAM's conversation wants shown and asked, all at once. */
export const authAsk = z.object({ type: z.literal('ask'), messages: z.array(authMessage) });

export const authReasons = [
  'denied',
  'account-expired',
  'account-locked',
  'password-expired',
  'not-permitted',
  'too-many-tries',
  'aborted',
  'system-error',
] as const;

/** authd -> hubd, the last line. `user` is the account's own name; `text` may be shown to whoever tried. */
export const authResult = z.union([
  z.object({
    type: z.literal('result'),
    ok: z.literal(true),
    user: z.string(),
    uid: z.int().nonnegative(),
    groups: z.array(z.string()),
  }),
  z.object({ type: z.literal('result'), ok: z.literal(false), reason: z.enum(authReasons), text: z.string() }),
]);

/** Whatever authd may say. */
export const authReply = z.union([authAsk, authResult]);

export type AuthLogin = z.infer<typeof authLogin>;
export type AuthAnswers = z.infer<typeof authAnswers>;
export type AuthMessage = z.infer<typeof authMessage>;
export type AuthAsk = z.infer<typeof authAsk>;
export type AuthReason = (typeof authReasons)[number];
export type AuthResult = z.infer<typeof authResult>;
export type AuthReply = z.infer<typeof authReply>;
