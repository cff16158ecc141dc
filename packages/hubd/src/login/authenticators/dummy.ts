import { createHash, timingSafeEqual } from 'node:crypto';
import type { Settings } from '@tshub/config';
import type { Authenticate } from './authenticator.ts';
import type { AccountGroups } from './index.ts';

const dummyName = /^[a-z][a-z0-9_.@-]{0,63}$/;

/** One password for everybody, for tests; the settings refuse it unless they say that this is one. */
export function makeDummyAuthenticate(settings: () => Settings, accounts: AccountGroups): Authenticate {
  return {
    async begin({ user, password }) {
      const name = user.toLowerCase();
      const wanted = settings().login.dummy_password;
      if (!dummyName.test(name) || (wanted !== '' && !equal(password, wanted)))
        return { kind: 'refused', reason: 'denied', text: '' };
      const account = await accounts.byName(name);
      return { kind: 'ok', user: name, groups: account?.groups.map((group) => group.name) ?? [] };
    },
  };
}

function equal(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
