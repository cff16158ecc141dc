import type { LoginSecrets, Settings } from '@tshub/config';
import { hubUserName } from '../user-name.ts';
import type { Authenticate } from './authenticator.ts';
import { isSameText } from './same-text.ts';

/** One password for a class, and a longer one for those whom admin_users names. */
export function makeSharedPasswordAuthenticate(settings: () => Settings, secrets: () => LoginSecrets): Authenticate {
  return {
    begin({ user, password }) {
      const rules = settings().login;
      const { sharedPassword, sharedAdminPassword } = secrets();
      // By the name that counts in the end: another spelling must not do with the password of the class.
      const isAdmin = rules.admin_users.includes(hubUserName(rules, user, false) ?? '');
      const wanted = isAdmin ? sharedAdminPassword : sharedPassword;
      const isRight = wanted !== '' && isSameText(password, wanted);
      return Promise.resolve(
        isRight ? { kind: 'ok', user, groups: [] } : { kind: 'refused', reason: 'denied', text: '' },
      );
    },
  };
}
