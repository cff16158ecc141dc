import type { Settings } from '@tshub/config';
import type { Log } from '@tshub/daemon';
import { Cache } from '../db/cache.ts';
import type { User } from '../users/user.ts';
import { decideAdmission } from './allow.ts';
import type { LoginRecords } from './login-records.ts';

export interface RefreshParts {
  readonly accounts: {
    byName(name: string): Promise<{ readonly groups: ReadonlyArray<{ readonly name: string }> } | null>;
  };
  readonly records: Pick<LoginRecords, 'authenticatorOf'>;
  readonly settings: () => Settings;
  readonly clock: { now(): number };
  readonly log: Log;
}

export interface Refresh {
  /** Whether somebody who came in earlier would still be let in. */
  (user: User): Promise<boolean>;
  /** After a login, which has just asked the same: what was answered before holds no more. */
  forget(user: User): void;
}

/** Users whose answer is remembered; of others it is asked for anew. */
const mostKnown = 10_000;

/**
 * Asks again, at most every `[login] auth_refresh_age` seconds of a user who is active, what a login asked: whether the account of the
 * host is still there, and whether the rules of [login] let it in with the groups that it has now. Of users who never logged in by PAM
 * nobody vouched for an account; they are what the hub's administrators make them.
 */
export function makeRefresh({ accounts, records, settings, clock, log }: RefreshParts): Refresh {
  const known = new Cache<number, { readonly at: number; readonly answer: Promise<boolean> }>(mostKnown);

  async function ask(user: User): Promise<boolean> {
    const rules = settings().login;
    try {
      if ((await records.authenticatorOf(user.id)) !== 'pam') return true;
      const names = [user.name, ...namesMappedTo(rules, user.name)];
      const account = await firstOf(names, (name) => accounts.byName(name));
      const groups = account?.groups.map(({ name }) => name) ?? [];
      if (account !== null && decideAdmission(rules, { name: user.name, groups, exists: true }).allowed) return true;
      const why = account === null ? 'the account is gone' : 'the settings in [login] let this user in no more';
      const reason = account === null ? 'unknown-user' : 'not-allowed';
      log.warn({ event: 'login-refused', user: user.name, reason }, `${user.name} is out: ${why}`);
      return false;
    } catch (error) {
      // A name service that is away must not throw everybody out.
      log.warn({ error, user: user.name }, `whether ${user.name} may still come in cannot be found out; going on`);
      return true;
    }
  }

  const refresh = (user: User): Promise<boolean> => {
    const { authenticator, auth_refresh_age: age } = settings().login;
    if (age === 0 || authenticator !== 'pam') return Promise.resolve(true);
    const now = clock.now();
    const before = known.get(user.id);
    if (before !== undefined && Math.abs(now - before.at) < age * 1000) return before.answer;
    const answer = ask(user);
    known.set(user.id, { at: now, answer });
    return answer;
  };
  return Object.assign(refresh, { forget: (user: User) => known.delete(user.id) });
}

/** Accounts that username_map makes this user. */
function namesMappedTo({ username_map: map }: Settings['login'], user: string): string[] {
  return Object.entries(map).flatMap(([account, name]) => (name === user ? [account] : []));
}

async function firstOf<T>(names: readonly string[], find: (name: string) => Promise<T | null>): Promise<T | null> {
  for (const name of names) {
    const found = await find(name);
    if (found !== null) return found;
  }
  return null;
}
