import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import type { Directory } from '../access/directory.ts';
import { builtInRoles } from '../access/roles.ts';
import { renameInScope } from '../access/scope.ts';
import type { RolesForConfig } from './config-roles.ts';
import type { Holder, ManagedRole, Role, Roles } from './role.ts';
import { makeRolesStore } from './roles-store.ts';

export interface RolesParts {
  readonly db: Knex;
  readonly directory: Directory;
  /** Whether there is such a scope, with a filter that it may have. */
  readonly knows: (scope: string) => boolean;
  /** `admin` is held by the flag of a user; false when there is no such user. */
  readonly setAdmin: (user: string, admin: boolean) => Promise<boolean>;
}

interface Kept {
  readonly id: number;
  readonly managed: ManagedRole['managed'];
}

/** The rules of roles: the database first, then the directory. Who may change them is asked before (roles-routes.ts). */
export function makeRoles({ db, directory, knows, setAdmin }: RolesParts): Roles & RolesForConfig {
  const store = makeRolesStore(db);
  const kept = new Map<string, Kept>();
  const get = (name: string): ManagedRole | undefined => {
    const role = directory.role(name);
    const row = kept.get(name);
    return role === undefined || row === undefined ? undefined : { ...role, managed: row.managed };
  };
  const need = (name: string): ManagedRole & Kept => {
    const role = get(name);
    const row = kept.get(name);
    if (role === undefined || row === undefined)
      throw new TshubError('not_found', { what: `Role ${name.slice(0, 60)}` });
    return { ...role, ...row };
  };
  const put = async (role: Role, managed: ManagedRole['managed']): Promise<void> => {
    checkScopes(role.scopes);
    const { name, description, scopes } = role;
    kept.set(name, { id: await store.put({ name, description, scopes, managed }), managed });
    directory.setRole(role);
  };
  const checkScopes = (scopes: readonly string[]): void => {
    const unknown = scopes.filter((scope) => !knows(scope));
    if (unknown.length > 0) throw new TshubError('bad_request', { problem: `No such scope: ${unknown.join(', ')}` });
  };
  /** Of a definition that is looked after elsewhere, a change here would be gone at the next start. */
  const checkOurs = ({ name, managed }: ManagedRole): void => {
    if (managed === '') return;
    const by = { 'built-in': 'is built in', config: 'is defined in tshub.toml', login: 'comes from the login' }[
      managed
    ];
    throw new TshubError('role_managed', { role: name, by });
  };

  const forget = async (name: string): Promise<void> => {
    await store.remove(name);
    kept.delete(name);
    directory.removeRole(name);
  };

  return {
    get,
    list: () =>
      directory
        .roles()
        .flatMap(({ name }) => get(name) ?? [])
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    async load() {
      for (const role of builtInRoles()) await put(role, 'built-in');
      const rows = await store.all();
      for (const { name, description, scopes, managed, id } of rows) {
        if (kept.has(name)) continue;
        kept.set(name, { id, managed });
        directory.setRole({
          name,
          description,
          scopes,
          ...nobody,
        });
      }
      const names = new Map(rows.map((row) => [row.id, row.name]));
      for (const { roleId, holder } of await store.holders()) {
        const role = directory.role(names.get(roleId) ?? '');
        if (role !== undefined) directory.setRole(withHolder(role, holder, true));
      }
    },
    async create({ name, description, scopes }, managed = '') {
      checkName(name);
      if (directory.role(name) !== undefined) throw new TshubError('role_exists', { role: name });
      await put({ name, description, scopes, ...nobody }, managed);
      return need(name);
    },
    async define({ managed, ...role }) {
      const { users, groups, services } = directory.role(role.name) ?? nobody;
      await put({ ...role, users, groups, services }, managed);
    },
    forget,
    async update(name, change) {
      const role = need(name);
      checkOurs(role);
      await put({ ...role, ...change }, role.managed);
      return need(name);
    },
    async remove(name) {
      checkOurs(need(name));
      await forget(name);
    },
    async renameUser(from, to) {
      for (const { name, scopes } of directory.roles()) {
        const renamed = scopes.map((scope) => renameInScope(scope, from, to));
        if (kept.get(name)?.managed === '' && renamed.some((scope, i) => scope !== scopes[i]))
          await put({ ...need(name), scopes: renamed }, '');
      }
    },
    async grant(name, holder) {
      const role = need(name);
      const done =
        name === 'admin' && holder.kind === 'user'
          ? await setAdmin(holder.name, true)
          : await store.addHolder(role.id, holder);
      if (!done) throw new TshubError('not_found', { what: `${nouns[holder.kind]} ${holder.name.slice(0, 60)}` });
      if (name === 'admin' && holder.kind === 'user') directory.changed();
      else directory.setRole(withHolder(need(name), holder, true));
    },
    async revoke(name, holder) {
      const role = need(name);
      if (name === 'admin' && holder.kind === 'user') await setAdmin(holder.name, false);
      else await store.removeHolder(role.id, holder);
      directory.setRole(withHolder(need(name), holder, false));
    },
  };
}

/** The holders of a role that nobody has yet. */
const nobody: Pick<Role, 'everyone' | 'groups' | 'services' | 'users'> = {
  everyone: false,
  users: new Set(),
  groups: new Set(),
  services: new Set(),
};
const nouns = { group: 'Group', service: 'Service', user: 'User' } as const;

function withHolder(role: Role, { kind, name }: Holder, holds: boolean): Role {
  const key = `${kind}s` as const;
  const holders = new Set(role[key]);
  if (holds) holders.add(name);
  else holders.delete(name);
  return { ...role, [key]: holders };
}

/** The peer's rule (contract 3.9). */
function checkName(name: string): void {
  if (/^[a-z][a-z0-9\-_~.]{1,253}[a-z0-9]$/.test(name)) return;
  throw new TshubError('bad_request', {
    problem: `Invalid role name ${JSON.stringify(name.slice(0, 60))}: expected 3 to 255 characters of a-z, 0-9, "-_~.", beginning with a letter and ending with a letter or digit`,
  });
}
