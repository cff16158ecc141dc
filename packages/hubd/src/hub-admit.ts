import { accountName, type Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { decideAdmission } from './login/allow.ts';
import type { User, UsersStore } from './users/user.ts';

export interface AdmitParts {
  readonly accounts: {
    byName(name: string): Promise<{
      readonly name: string;
      readonly uid: number;
      readonly groups: ReadonlyArray<{ readonly name: string }>;
    } | null>;
  };
  readonly users: Pick<UsersStore, 'byName' | 'ensure'>;
  readonly settings: () => Settings;
}

/** The user of a local account, by the rules that a login goes by; throws forbidden for who may not come in. */
export function makeAdmit({ accounts, users, settings }: AdmitParts): (name: string) => Promise<User> {
  return async (name) => {
    const { login: rules, spawner } = settings();
    const login = accountName(spawner, name);
    const account = await accounts.byName(login);
    if (account === null || account.name !== login || account.uid === 0) {
      throw new TshubError('forbidden', { problem: `${name} has no account on this host that may use the hub` });
    }
    const known = await users.byName(name);
    // Elsewhere than with PAM a name is not what an account of the host proves, nor are its groups.
    if (!['dummy', 'pam'].includes(rules.authenticator)) {
      if (known !== undefined && !settings().spawner.dynamic_users && !rules.blocked_users.includes(name)) return known;
      throw new TshubError('forbidden', {
        problem: `${name} is an account of this host; users of this hub log in with a browser`,
      });
    }
    const groups = account.groups.map((group) => group.name);
    const { allowed, admin } = decideAdmission(rules, { name, groups, exists: known !== undefined });
    if (!allowed)
      throw new TshubError('forbidden', { problem: `${name} may not use this hub; see [login] in tshub.toml(5)` });
    return users.ensure(name, admin);
  };
}
