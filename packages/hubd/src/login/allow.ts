import type { Settings } from '@tshub/config';

type LoginRules = Pick<
  Settings['login'],
  'admin_groups' | 'admin_users' | 'allow_all' | 'allowed_groups' | 'allowed_users' | 'blocked_users'
>;

export interface Admission {
  readonly allowed: boolean;
  readonly admin: boolean;
}

/** Whether somebody who has proved who they are may come in, and administers the hub. Blocked wins; administrators are always allowed otherwise. */
export function decideAdmission(rules: LoginRules, user: string, groups: readonly string[]): Admission {
  if (rules.blocked_users.includes(user)) return { allowed: false, admin: false };
  const admin = rules.admin_users.includes(user) || groups.some((group) => rules.admin_groups.includes(group));
  const named = rules.allowed_users.includes(user) || groups.some((group) => rules.allowed_groups.includes(group));
  return { allowed: admin || rules.allow_all || named, admin };
}
