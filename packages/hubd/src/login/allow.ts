import type { Settings } from '@tshub/config';

type LoginRules = Pick<
  Settings['login'],
  | 'admin_groups'
  | 'admin_users'
  | 'allow_all'
  | 'allow_existing_users'
  | 'allowed_groups'
  | 'allowed_users'
  | 'blocked_users'
>;

/** Somebody who has proved who they are. */
export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
  /** Whether the hub knew this user before. */
  readonly exists: boolean;
}

export interface Admission {
  readonly allowed: boolean;
  readonly admin: boolean;
}

/** Whether a person may come in, and administers the hub. Blocked wins; administrators are always allowed otherwise. */
export function decideAdmission(rules: LoginRules, { name, groups, exists }: Person): Admission {
  if (rules.blocked_users.includes(name)) return { allowed: false, admin: false };
  const admin = rules.admin_users.includes(name) || groups.some((group) => rules.admin_groups.includes(group));
  const named = rules.allowed_users.includes(name) || groups.some((group) => rules.allowed_groups.includes(group));
  const known = exists && rules.allow_existing_users;
  return { allowed: admin || rules.allow_all || named || known, admin };
}
