import type { Settings } from '@tshub/config';
import type { User, UsersStore } from '../users/user.ts';
import { decideAdmission } from './allow.ts';
import type { Identity, UserInfo } from './authenticators/authenticator.ts';
import type { LoginRecords } from './login-records.ts';
import { hubUserName } from './user-name.ts';

/** Makes a user's groups those that the authenticator tells; the groups' room does it. */
export type SyncGroups = (user: User, groups: readonly string[]) => Promise<void>;

export interface AdmissionParts {
  readonly users: Pick<UsersStore, 'byName' | 'ensure'>;
  readonly records: Pick<LoginRecords, 'noteLogin'>;
  readonly syncGroups: SyncGroups;
  /** What the host's name service says of an account. */
  readonly personOf: (account: string) => Promise<UserInfo | undefined>;
  readonly settings: () => Settings;
}

export type Admitted =
  | { readonly kind: 'in'; readonly user: User }
  | { readonly kind: 'out'; readonly name: string; readonly reason: 'not-allowed' | 'name'; readonly why: string };

/** Those that know of groups; with the others there is nothing to bring into line. */
const knowGroups: ReadonlySet<Settings['login']['authenticator']> = new Set(['dummy', 'oidc', 'pam']);

/** Lets somebody in who has proved who they are, or not: name, rules, and what is kept of the login. */
export function makeAdmission(parts: AdmissionParts): (identity: Identity) => Promise<Admitted> {
  const { users, records, settings, syncGroups } = parts;
  return async (identity) => {
    const rules = settings().login;
    const { user: told, groups, isAccount = false, authState } = identity;
    const name = hubUserName(rules, told, isAccount);
    if (name === null)
      return {
        kind: 'out',
        name: told,
        reason: 'name',
        why: 'the name does not fit username_pattern, or no user can be called so',
      };
    const known = await users.byName(name);
    const { allowed, admin } = decideAdmission(rules, { name, groups, exists: known !== undefined });
    if (!allowed)
      return { kind: 'out', name, reason: 'not-allowed', why: 'the settings in [login] do not let this user in' };
    const user = await users.ensure(name, admin);
    const userInfo = identity.userInfo ?? (isAccount ? await parts.personOf(told) : undefined);
    await records.noteLogin(user.id, { authenticator: rules.authenticator, userInfo, authState });
    if (rules.manage_groups && knowGroups.has(rules.authenticator)) await syncGroups(user, groups);
    return { kind: 'in', user };
  };
}
