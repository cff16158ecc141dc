import type { Knex } from 'knex';
import type { Holder, ManagedRole } from './role.ts';

export interface RoleRow {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly managed: ManagedRole['managed'];
}

/** Roles and their holders as rows. */
export interface RolesStore {
  all(): Promise<RoleRow[]>;
  /** Role id and holder, for every holder. */
  holders(): Promise<Array<{ readonly roleId: number; readonly holder: Holder }>>;
  /** Adds or replaces the definition; holders stay. */
  put(role: Omit<RoleRow, 'id'>): Promise<number>;
  remove(name: string): Promise<void>;
  /** False when there is no such user or group. */
  addHolder(roleId: number, holder: Holder): Promise<boolean>;
  removeHolder(roleId: number, holder: Holder): Promise<void>;
}

interface StoredHolder {
  readonly role_id: number;
  readonly user: string | null;
  readonly group: string | null;
  readonly service: string | null;
}

export function makeRolesStore(db: Knex): RolesStore {
  /** The column and value that stand for a holder; undefined when there is none of that name. */
  const columnOf = async ({ kind, name }: Holder): Promise<Record<string, number | string> | undefined> => {
    if (kind === 'service') return { service: name };
    const row: { id: number } | undefined = await db(kind === 'user' ? 'users' : 'groups')
      .where({ name })
      .first('id');
    return row === undefined ? undefined : { [`${kind}_id`]: row.id };
  };

  return {
    async all() {
      const rows: Array<Omit<RoleRow, 'scopes'> & { scopes: string }> = await db('roles').orderBy('name');
      return rows.map((row) => ({ ...row, scopes: JSON.parse(row.scopes) as string[] }));
    },
    async holders() {
      const rows: StoredHolder[] = await db('role_holders')
        .leftJoin('users', 'users.id', 'role_holders.user_id')
        .leftJoin('groups', 'groups.id', 'role_holders.group_id')
        .select({
          role_id: 'role_holders.role_id',
          user: 'users.name',
          group: 'groups.name',
          service: 'role_holders.service',
        });
      return rows.flatMap((row) => {
        const holder = holderOf(row);
        return holder === null ? [] : [{ roleId: row.role_id, holder }];
      });
    },
    async put({ name, description, scopes, managed }) {
      const definition = { description, scopes: JSON.stringify(scopes), managed };
      await db('roles')
        .insert({ name, ...definition })
        .onConflict('name')
        .merge(['description', 'scopes', 'managed']);
      const row: { id: number } | undefined = await db('roles').where({ name }).first('id');
      if (row === undefined) throw new Error(`role ${name} was not added`);
      return row.id;
    },
    async remove(name) {
      await db('roles').where({ name }).del();
    },
    async addHolder(roleId, holder) {
      const column = await columnOf(holder);
      if (column === undefined) return false;
      const [key = ''] = Object.keys(column);
      await db('role_holders')
        .insert({ role_id: roleId, ...column })
        .onConflict(['role_id', key])
        .ignore();
      return true;
    },
    async removeHolder(roleId, holder) {
      const column = await columnOf(holder);
      if (column !== undefined)
        await db('role_holders')
          .where({ role_id: roleId, ...column })
          .del();
    },
  };
}

function holderOf({ user, group, service }: StoredHolder): Holder | null {
  if (user !== null) return { kind: 'user', name: user };
  if (group !== null) return { kind: 'group', name: group };
  return service === null ? null : { kind: 'service', name: service };
}
