import type { Settings } from '@tshub/config';
import type { Authenticate } from './authenticator.ts';
import type { AccountGroups } from './index.ts';
import { isSameText } from './same-text.ts';

const dummyName = /^[a-z][a-z0-9_.@-]{0,63}$/;

/** One password for everybody, for tests; the settings refuse it unless they say that this is one. */
export function makeDummyAuthenticate(settings: () => Settings, accounts: AccountGroups): Authenticate {
  return {
    async begin({ user, password }) {
      const name = user.toLowerCase();
      const wanted = settings().login.dummy_password;
      if (!dummyName.test(name) || (wanted !== '' && !isSameText(password, wanted)))
        return { kind: 'refused', reason: 'denied', text: '' };
      const account = await accounts.byName(name);
      return { kind: 'ok', user: name, groups: account?.groups.map((group) => group.name) ?? [] };
    },
  };
}
