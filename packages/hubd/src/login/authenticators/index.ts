import type { Settings } from '@tshub/config';
import type { Authenticate } from './authenticator.ts';
import { makeDummyAuthenticate } from './dummy.ts';
import { type ConnectAuthd, makePamAuthenticate } from './pam.ts';

/** As much of the host's accounts as a login needs. */
export interface AccountGroups {
  byName(name: string): Promise<{ readonly groups: ReadonlyArray<{ readonly name: string }> } | null>;
}

export interface AuthenticateParts {
  readonly settings: () => Settings;
  readonly connectAuthd: ConnectAuthd;
  readonly accounts: AccountGroups;
}

/** The check that the settings name; looked up at each login, so that a reload counts. */
export function makeAuthenticate({ settings, connectAuthd, accounts }: AuthenticateParts): Authenticate {
  const kinds = { pam: makePamAuthenticate({ connectAuthd }), dummy: makeDummyAuthenticate(settings, accounts) };
  return { begin: (attempt) => kinds[settings().login.authenticator].begin(attempt) };
}
