import type { RawPamOutcome } from './addon.ts';

/** Why a login did not succeed, in words that a program can decide by. */
export type PamReason =
  | 'denied'
  | 'account-expired'
  | 'account-locked'
  | 'password-expired'
  | 'not-permitted'
  | 'too-many-tries'
  | 'aborted'
  | 'system-error';

/** Linux-PAM's return codes (security/_pam_types.h) that mean something other than trouble with the system. */
export const pamCodes = {
  SUCCESS: 0,
  PERM_DENIED: 6,
  AUTH_ERR: 7,
  CRED_INSUFFICIENT: 8,
  USER_UNKNOWN: 10,
  MAXTRIES: 11,
  NEW_AUTHTOK_REQD: 12,
  ACCT_EXPIRED: 13,
  CRED_UNAVAIL: 15,
  CRED_EXPIRED: 16,
  CONV_ERR: 19,
  AUTHTOK_ERR: 20,
  AUTHTOK_RECOVERY_ERR: 21,
  AUTHTOK_LOCK_BUSY: 22,
  AUTHTOK_DISABLE_AGING: 23,
  TRY_AGAIN: 24,
  AUTHTOK_EXPIRED: 27,
} as const;

const codes = pamCodes;

// The same code means different things at different steps: AUTH_ERR is a wrong password first, and pam_nologin later.
const reasons: Record<RawPamOutcome['step'], Readonly<Record<number, PamReason>>> = {
  start: {},
  authenticate: {
    [codes.ACCT_EXPIRED]: 'account-expired',
    [codes.AUTH_ERR]: 'denied',
    [codes.AUTHTOK_EXPIRED]: 'password-expired',
    [codes.CONV_ERR]: 'aborted',
    [codes.CRED_EXPIRED]: 'password-expired',
    [codes.CRED_INSUFFICIENT]: 'denied',
    [codes.CRED_UNAVAIL]: 'denied',
    [codes.MAXTRIES]: 'too-many-tries',
    [codes.NEW_AUTHTOK_REQD]: 'password-expired',
    [codes.PERM_DENIED]: 'not-permitted',
    [codes.USER_UNKNOWN]: 'denied',
  },
  account: {
    [codes.ACCT_EXPIRED]: 'account-expired',
    [codes.AUTH_ERR]: 'not-permitted',
    [codes.AUTHTOK_EXPIRED]: 'password-expired',
    [codes.CONV_ERR]: 'aborted',
    [codes.CRED_EXPIRED]: 'password-expired',
    [codes.MAXTRIES]: 'account-locked',
    [codes.NEW_AUTHTOK_REQD]: 'password-expired',
    [codes.PERM_DENIED]: 'not-permitted',
    [codes.USER_UNKNOWN]: 'not-permitted',
  },
  password: {
    [codes.AUTH_ERR]: 'password-expired',
    [codes.AUTHTOK_DISABLE_AGING]: 'password-expired',
    [codes.AUTHTOK_ERR]: 'password-expired',
    [codes.AUTHTOK_LOCK_BUSY]: 'password-expired',
    [codes.AUTHTOK_RECOVERY_ERR]: 'password-expired',
    [codes.CONV_ERR]: 'aborted',
    [codes.MAXTRIES]: 'password-expired',
    [codes.PERM_DENIED]: 'password-expired',
    [codes.TRY_AGAIN]: 'password-expired',
  },
};

/** What libpam's code means at that step; whatever the tables do not name is trouble with the system. */
export function pamReason(step: RawPamOutcome['step'], code: number): PamReason {
  return reasons[step][code] ?? 'system-error';
}
