import type { LoginSecrets, Settings } from '@tshub/config';
import type { Authenticate } from './authenticator.ts';
import { makeDummyAuthenticate } from './dummy.ts';
import { type ConnectAuthd, makePamAuthenticate } from './pam.ts';
import { makeSharedPasswordAuthenticate } from './shared-password.ts';

/** As much of the host's accounts as a login needs. */
export interface AccountGroups {
  byName(name: string): Promise<{ readonly groups: ReadonlyArray<{ readonly name: string }> } | null>;
}

export interface AuthenticateParts {
  readonly settings: () => Settings;
  readonly secrets: () => LoginSecrets;
  readonly connectAuthd: ConnectAuthd;
  readonly accounts: AccountGroups;
}

/** Passwords are the business of these; the others know no password and refuse every one. */
const noPasswords: Authenticate = { begin: () => Promise.resolve({ kind: 'refused', reason: 'denied', text: '' }) };

/** The check of a name and a password that the settings name; looked up at each login, so that a reload counts. */
export function makeAuthenticate({ settings, secrets, connectAuthd, accounts }: AuthenticateParts): Authenticate {
  const kinds: Readonly<Record<Settings['login']['authenticator'], Authenticate>> = {
    dummy: makeDummyAuthenticate(settings, accounts),
    guest: noPasswords,
    oidc: noPasswords,
    pam: makePamAuthenticate({ connectAuthd }),
    'remote-user': noPasswords,
    'shared-password': makeSharedPasswordAuthenticate(settings, secrets),
  };
  return { begin: (attempt) => kinds[settings().login.authenticator].begin(attempt) };
}
