/** For the journal: what a reason of an authenticator means. */
const reasons: Readonly<Record<string, string>> = {
  denied: 'unknown user or wrong password',
  'account-expired': 'the account has expired',
  'account-locked': 'the account is locked',
  'password-expired': 'the password has expired and was not changed',
  'not-permitted': 'the account may not log in here now',
  'too-many-tries': 'too many wrong passwords',
  aborted: 'the questions were not answered',
  'no-name': 'the web server in front sent no name',
  'no-room': 'there are as many guests as guest_limit permits',
  'provider-refused': 'the provider did not confirm the login',
  domain: 'the e-mail address is not verified, or not in allowed_domains',
  'system-error': 'PAM could not check it; see the messages of tshub-authd',
};

export function whyRefused(reason: string): string {
  return reasons[reason] ?? reason;
}
