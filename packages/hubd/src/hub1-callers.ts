import type { BusCaller } from '@tshub/bus';
import { accounts as accountNames, guestUids, type PolkitAction, TshubError } from '@tshub/contract';
import type { Account, BareAccount } from '@tshub/native';
import type { Access } from './access/access.ts';
import { ctlService } from './access/roles.ts';
import type { Caller, Owner } from './caller/caller.ts';
import type { User } from './users/user.ts';

/** The host's accounts. */
export interface Accounts {
  byName(name: string): Promise<Account | null>;
  byUid(uid: number): Promise<BareAccount | null>;
  /** The user of the hub whose servers run as an account; '' for nobody's. By its name, if not said. */
  userOf?(account: BareAccount): string;
}

/** Who is behind a uid, as the host sees it. `name` is '' for a uid without an account. */
export type Who =
  | { readonly kind: 'culler' }
  | { readonly kind: 'root' }
  | { readonly kind: 'person'; readonly name: string };

export const cullerService = 'culler';

/** Who calls. The culler is known by its account alone. */
export async function whoIs(accounts: Accounts, uid: number): Promise<Who> {
  if (uid === 0) return { kind: 'root' };
  const culler = await accounts.byName(accountNames.culler);
  if (culler !== null && culler.uid === uid) return { kind: 'culler' };
  const account = await accounts.byUid(uid);
  // A guest's account is named by what its user calls themselves: it must not be taken for somebody else's.
  if (account === null || (uid >= guestUids.min && uid <= guestUids.max)) return { kind: 'person', name: '' };
  return { kind: 'person', name: accounts.userOf?.(account) ?? account.name };
}

export interface Order {
  readonly own: PolkitAction;
  readonly others: PolkitAction;
  /** Continues "is not allowed to"; the refusal quotes it. */
  readonly says: string;
}

/** Throws forbidden unless polkit lets the caller do something about a user: to what is their own by one action, to others' by another. */
export async function checkAllowed(
  caller: BusCaller,
  who: Who,
  user: string,
  server: string,
  order: Order,
): Promise<void> {
  const isOwn = who.kind === 'person' && who.name === user;
  const action = isOwn ? order.own : order.others;
  if (await caller.authorize(action, { user, server })) return;
  throw new TshubError('forbidden', {
    problem: `uid ${caller.uid} is not allowed to ${order.says}; be in the group tshub-admin or give the password of an administrator (polkit action ${action})`,
  });
}

/** The caller as the rules want it, with no more than what polkit has just allowed. `user` is their own user, if the hub knows them. */
export function hubCaller(
  access: Access,
  caller: BusCaller,
  who: Who,
  user: User | undefined,
  granted: readonly string[],
): Caller {
  const owner = ownerOf(who, user);
  const scopes = who.kind === 'culler' ? access.scopesOf(owner) : access.expand(granted, owner);
  return { owner, scopes, via: 'bus', tokenId: null, sessionId: null, from: `uid ${caller.uid}` };
}

export function ownerOf(who: Who, user: User | undefined): Owner {
  if (who.kind === 'culler') return { kind: 'service', name: cullerService };
  if (user === undefined) return { kind: 'service', name: ctlService };
  return { kind: 'user', id: user.id, name: user.name, admin: user.admin };
}
