import type { Settings } from '@tshub/config';
import type { Account, BareAccount } from '@tshub/native';

/** The part of [spawner] that says who may have a server. */
export type PolicySettings = Pick<
  Settings['spawner'],
  'min_uid' | 'max_uid' | 'allowed_groups' | 'denied_users' | 'dynamic_users' | 'guest_users'
>;

/** What the name service said about a user name, both ways. */
export interface Lookup {
  readonly user: string;
  readonly account: Account | null;
  /** The account that the found uid leads back to. */
  readonly back: BareAccount | null;
}

/** Programs that an account has as its shell to say "nobody logs in here". */
const noLoginShells = /(^|\/)(nologin|false|true|sync|halt|shutdown)$/;

/** Why this user may not have a server, as one sentence; null when there is no objection. Root-owned settings decide, never the hub. */
export function objection(lookup: Lookup, settings: PolicySettings): string | null {
  const { user, account } = lookup;
  if (user === 'root') return 'root never has a server';
  if (settings.denied_users.includes(user)) return `${user} is in denied_users`;
  if (settings.dynamic_users) return dynamicObjection(lookup, settings);
  if (!account && settings.guest_users) return groupObjection(user, account, settings);
  if (!account) return `there is no account ${user} on this host`;
  return accountObjection(user, account, lookup.back, settings) ?? groupObjection(user, account, settings);
}

function accountObjection(
  user: string,
  account: Account,
  back: BareAccount | null,
  settings: PolicySettings,
): string | null {
  const { name, uid, shell } = account;
  if (uid === 0) return `${user} is root`;
  if (name !== user) return `${user} is another name of ${name}`;
  if (back?.name !== name) return `${user} shares uid ${uid} with ${back?.name ?? 'nobody'}`;
  if (account.gid === 0) return `${user} has the group of root`;
  if (uid < settings.min_uid) return `${user} has uid ${uid}, below min_uid ${settings.min_uid}`;
  if (uid > settings.max_uid) return `${user} has uid ${uid}, above max_uid ${settings.max_uid}`;
  if (noLoginShells.test(shell)) return `${user} has the shell ${shell}`;
  return null;
}

// A dynamic user has nothing of the account with that name; still no server carries the name of a system account, and groups say who may come in.
function dynamicObjection({ user, account }: Lookup, settings: PolicySettings): string | null {
  if (account?.uid === 0) return `${user} is root`;
  if (account && account.uid < settings.min_uid)
    return `${user} has uid ${account.uid}, below min_uid ${settings.min_uid}`;
  return groupObjection(user, account, settings);
}

function groupObjection(user: string, account: Account | null, settings: PolicySettings): string | null {
  if (settings.allowed_groups.length === 0) return null;
  if (account?.groups.some(({ name }) => settings.allowed_groups.includes(name))) return null;
  return `${user} is in none of allowed_groups (${settings.allowed_groups.join(', ')})`;
}
