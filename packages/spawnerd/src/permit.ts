import { accountName, asksForGroups, checkChoice, isAccount, type Settings, settingsFor } from '@tshub/config';
import type { Account, BareAccount } from '@tshub/native';
import { guestLogin } from './guests.ts';
import { makeAccount, type MakeAccountParts } from './make-account.ts';
import { type RunAs, runAsAccount, runAsDynamic, runAsGuest } from './launch/run-as.ts';
import { objection } from './policy.ts';
import { refused, type ServerName } from './request.ts';

/** The host's accounts, as the name service has them. */
export interface Accounts {
  readonly bareUserByName: (name: string) => Promise<BareAccount | null>;
  readonly userByName: (name: string) => Promise<Account | null>;
  readonly userByUid: (uid: number) => Promise<BareAccount | null>;
}

/** What somebody wishes, still to be compared with root's settings. */
export interface Wish {
  readonly name: ServerName;
  readonly profile: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Who the server runs as, and the settings that hold for it. */
export interface Permit {
  readonly runAs: RunAs;
  /** The name of the profile that holds, or ''. */
  readonly profile: string;
  readonly settings: Settings['spawner'];
}

/** Looks the user up and lays root's settings for them over each other; throws spawn_refused when the policy or the profile has an objection. */
export async function permit(
  parts: MakeAccountParts & { readonly accounts: Accounts },
  { name, profile, options }: Wish,
  all: Settings,
): Promise<Permit> {
  const { spawner, profiles } = all;
  const account = await findAccount(parts, name.user, all);
  const who = { user: name.user, groups: account?.groups.map((group) => group.name) ?? [] };
  const choice = checkChoice(profiles, who, profile, options);
  if (typeof choice === 'string') throw refused(choice);
  const settings = settingsFor(spawner, who, choice);
  return { runAs: runAsOf(name, account, settings), profile: choice.profile, settings };
}

function runAsOf(name: ServerName, account: Account | null, settings: Settings['spawner']): RunAs {
  if (settings.dynamic_users) return runAsDynamic(name.user, settings);
  if (account !== null) return runAsAccount(account, settings, name);
  // The account and the home of a guest end with the server.
  if (name.server !== '') throw refused(`${name.user} is a guest, who has one server`);
  return runAsGuest(name.user, guestLogin(name.user), settings);
}

/** The account of a user whom the policy allows to have a server; null only with dynamic users and guests. */
async function findAccount(
  parts: MakeAccountParts & { readonly accounts: Accounts },
  user: string,
  all: Settings,
): Promise<Account | null> {
  const settings = all.spawner;
  const login = accountName(settings, user);
  const look = async () => {
    const account = await lookUp(parts.accounts, login, all);
    const back = account && (await parts.accounts.userByUid(account.uid));
    return { account, problem: objection({ user: login, account, back }, settings) };
  };
  if (settings.denied_users.includes(user)) throw refused(`${user} is in denied_users`);
  let found = await look();
  if (found.account === null && settings.create_accounts && !settings.dynamic_users) {
    await makeAccount(parts, login, settings);
    found = await look();
  }
  if (found.problem !== null) throw refused(found.problem);
  return found.account;
}

/** Groups only where they are the user's and root's settings name any. */
async function lookUp(accounts: Accounts, login: string, all: Settings): Promise<Account | null> {
  if (isAccount(all) && asksForGroups(all)) return accounts.userByName(login);
  const account = await accounts.bareUserByName(login);
  return account && { ...account, groups: [] };
}
