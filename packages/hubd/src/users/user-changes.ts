import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Access } from '../access/access.ts';
import type { Directory } from '../access/directory.ts';
import { requireAdministrator, makesAdministrators } from '../access/grant.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { Servers } from '../servers/server.ts';
import type { User, UsersStore } from './user.ts';

export interface UserChangesParts {
  readonly access: Pick<Access, 'expand' | 'scopesOf' | 'scopesOfRole'>;
  readonly directory: Directory;
  readonly users: UsersStore;
  readonly servers: Pick<Servers, 'whileStopped'>;
  /** What else knows users by name or id; told within the change. */
  readonly tokens: {
    revokeUser(userId: number): Promise<void>;
    renameUser(from: string, to: string): Promise<void>;
  };
  readonly roles: { renameUser(from: string, to: string): Promise<void> };
  readonly shares: { reload(kind: 'user', name: string): Promise<void> };
  /** A name as a login would have it; null for what no user can be called. */
  readonly userName: (typed: string) => string | null;
  readonly log: Log;
}

export interface UserChange {
  readonly name?: string | undefined;
  readonly admin?: boolean | undefined;
}

export interface UserChanges {
  /** Throws user_name_invalid, users_exist when there is nobody to make, forbidden. */
  create(caller: Caller, names: readonly string[], admin: boolean): Promise<readonly User[]>;
  /** All of it or, when something is wrong with it, nothing; throws bad_request for a name that is taken or none, forbidden. */
  update(caller: Caller, user: User, change: UserChange): Promise<User>;
  remove(caller: Caller, user: User): Promise<void>;
}

/** The rules of making, renaming and deleting users. Everything that hangs on a user goes with them. */
export function makeUserChanges(parts: UserChangesParts): UserChanges {
  const { access, directory, users, servers, tokens, roles, shares, log } = parts;
  const note = (caller: Caller, user: string, what: string): void =>
    log.info({ event: 'user-changed', user, ...byWhom(caller) }, `user ${user} ${what} by ${caller.owner.name}`);
  const mayGrantAdmin = (caller: Caller): void =>
    requireAdministrator(access, caller, 'Only admins can grant admin permissions');
  const mayTouch = (caller: Caller, user: User): void => {
    // By the flag, or by a role of their own or of a group.
    const owner = { kind: 'user', id: user.id, name: user.name, admin: user.admin } as const;
    if (user.admin || makesAdministrators(access, access.scopesOf(owner)))
      requireAdministrator(access, caller, 'Only admins can modify other admins');
  };
  const current = async (id: number): Promise<User> => {
    const user = await users.byId(id);
    if (user === undefined) throw new TshubError('not_found', { what: 'User' });
    return user;
  };
  const rename = async (caller: Caller, user: User, typed: string): Promise<void> => {
    const name = parts.userName(typed);
    if (name === null) throw new TshubError('user_name_invalid', { user: quotable(typed) });
    if (name === user.name) return;
    const checkFree = async (): Promise<void> => {
      if ((await users.byName(name)) === undefined) return;
      const problem = `User ${name} already exists, username must be unique`;
      throw new TshubError('bad_request', { problem });
    };
    // Before anything is stopped for it.
    await checkFree();
    await servers.whileStopped(caller, user, async () => {
      await checkFree();
      await users.rename(user.id, name);
      directory.renameUser(user.name, name);
      await tokens.renameUser(user.name, name);
      await roles.renameUser(user.name, name);
      await shares.reload('user', user.name);
      return name;
    });
    note(caller, name, `was renamed from ${user.name}`);
  };
  const setAdmin = async (caller: Caller, id: number, admin: boolean): Promise<void> => {
    const { name } = await current(id);
    await users.setAdmin(name, admin);
    directory.changed();
    note(caller, name, admin ? 'was made an administrator' : 'was made no administrator any more');
  };

  return {
    async create(caller, typed, admin) {
      if (admin) mayGrantAdmin(caller);
      const names = typed.map((name) => parts.userName(name));
      const bad = typed.filter((_, i) => names[i] === null);
      if (bad.length > 0) throw new TshubError('user_name_invalid', { user: bad.map(quotable).join(', ') });
      const made = await users.add(names as readonly string[], admin);
      if (made.length === 0 && typed.length === 1)
        throw new TshubError('user_exists', { user: names[0] ?? typed[0] ?? '' });
      if (made.length === 0) throw new TshubError('users_exist', { count: typed.length });
      for (const user of made) note(caller, user.name, admin ? 'was made, as an administrator,' : 'was made');
      return made;
    },
    async update(caller, user, { name: typed = user.name, admin = user.admin }) {
      mayTouch(caller, user);
      if (admin && !user.admin) mayGrantAdmin(caller);
      if (typed !== user.name) await rename(caller, user, typed);
      if (admin !== user.admin) await setAdmin(caller, user.id, admin);
      return current(user.id);
    },
    async remove(caller, user) {
      if (caller.owner.kind === 'user' && caller.owner.id === user.id) throw new TshubError('cannot_delete_yourself');
      mayTouch(caller, user);
      await servers.whileStopped(caller, user, async () => {
        await tokens.revokeUser(user.id);
        await users.remove(user.id);
        directory.renameUser(user.name, null);
        await shares.reload('user', user.name);
        return null;
      });
      note(caller, user.name, 'was deleted');
    },
  };
}

/** What was typed, short and on one line. */
function quotable(typed: string): string {
  return typed.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, 64);
}
