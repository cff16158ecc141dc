import type { AuthReason, AuthResult } from '@tshub/contract';
import type { Account, BareAccount, PamOutcome } from '@tshub/native';

/** What the hub is told, and what the journal is told beside it. */
export interface Verdict {
  readonly result: AuthResult;
  readonly why: string;
}

export interface Accounts {
  userByName(name: string): Promise<Account | null>;
  userByUid(uid: number): Promise<BareAccount | null>;
}

const sentences: Readonly<Record<AuthReason, string>> = {
  aborted: 'The login was not finished.',
  'account-expired': 'This account has expired. Please ask an administrator.',
  'account-locked': 'This account is locked. Please ask an administrator.',
  denied: 'Invalid username or password',
  'not-permitted': 'This account may not log in here at this time.',
  'password-expired': 'The password of this account has expired and was not changed.',
  'system-error': 'The login service has a problem. Please tell an administrator.',
  'too-many-tries': 'Too many failed tries. Please try again later.',
};

/**
 * Turns PAM's outcome into the hub's answer. Accounts are looked at only after PAM, so that time tells nothing about them.
 * `complaints` are the errors that PAM showed on the way; they often say more than its return code.
 */
export async function judge(outcome: PamOutcome, accounts: Accounts, complaints: readonly string[]): Promise<Verdict> {
  if (!outcome.ok) return refuse(outcome.reason, [describe(outcome), ...complaints].join('; '));
  const account = await accounts.userByName(outcome.user);
  if (!account) return refuse('not-permitted', 'PAM let the user in, but the host has no such account');
  // As if the password were wrong: another answer would tell a guesser that it was right.
  if (account.uid === 0) return refuse('denied', 'root never logs in here');
  const back = await accounts.userByUid(account.uid);
  if (back?.name !== account.name) {
    return refuse(
      'not-permitted',
      `uid ${account.uid} belongs to "${back?.name ?? 'nobody'}" when looked up by number`,
    );
  }
  const { name: user, uid } = account;
  const groups = account.groups.map(({ name }) => name);
  return { result: { type: 'result', ok: true, user, uid, groups }, why: 'password and account are good' };
}

function describe({ reason, step, text }: Extract<PamOutcome, { ok: false }>): string {
  return reason === 'aborted' ? 'a question was left unanswered' : `${text} (step "${step}")`;
}

/** A refusal, with the sentence that whoever tried may read. */
export function refuse(reason: AuthReason, why: string): Verdict {
  return { result: { type: 'result', ok: false, reason, text: sentences[reason] }, why };
}
