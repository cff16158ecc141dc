import { addon } from './load.ts';

/** An account as the host's name service gives it. `groups` holds the primary group and all others. */
export interface Account extends BareAccount {
  readonly groups: ReadonlyArray<{ readonly gid: number; readonly name: string }>;
}

/** An account without its groups, which cost the name service some hundred system calls. */
export interface BareAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Who the group's entry lists; users whose primary group it is are not among them. */
  readonly members: readonly string[];
}

/** The account called `name`, or null when there is none; an error with an errno `code` when the name service fails. */
export function userByName(name: string): Promise<Account | null> {
  return addon.userByName(name);
}

/** The same for whoever needs no groups. */
export function bareUserByName(name: string): Promise<BareAccount | null> {
  return addon.bareUserByName(name);
}

/** The account with this uid, or null; errors as userByName. */
export function userByUid(uid: number): Promise<BareAccount | null> {
  return addon.userByUid(uid);
}

/** The group called `name`, or null; errors as userByName. */
export function groupByName(name: string): Promise<Group | null> {
  return addon.groupByName(name);
}
