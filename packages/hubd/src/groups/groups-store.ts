import type { Knex } from 'knex';
import { inChunks } from '../db/chunks.ts';
import type { Group, GroupQuery } from './group.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly properties: string;
  readonly managed: string;
}

/** Groups and their members as rows. */
export interface GroupsStore {
  /** Every membership there is, in chunks: group, user. */
  eachMember(visit: (group: string, user: string) => void): Promise<void>;
  byName(name: string): Promise<Group | undefined>;
  existing(names: readonly string[]): Promise<readonly string[]>;
  list(query: GroupQuery): Promise<{ groups: Group[]; total: number }>;
  /** Groups with the same first members. */
  add(names: readonly string[], managed: Group['managed'], userIds: readonly number[]): Promise<Group[]>;
  remove(id: number): Promise<void>;
  addMembers(id: number, userIds: readonly number[]): Promise<void>;
  removeMembers(id: number, userIds: readonly number[]): Promise<void>;
  setProperties(id: number, properties: Group['properties']): Promise<void>;
  /** Names of the groups with this `managed` that a user is in. */
  ofUser(userId: number, managed: Group['managed']): Promise<readonly string[]>;
  /** Name -> id of those users that there are. */
  userIds(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** Rows read at once: neither a query per member nor all of them in one answer. */
const chunk = 5000;

export function makeGroupsStore(db: Knex): GroupsStore {
  const groups = (from: Knex = db): Knex.QueryBuilder => from('groups').select('id', 'name', 'properties', 'managed');
  return {
    async eachMember(visit) {
      for (let offset = 0; ; offset += chunk) {
        const rows: Array<{ group: string; user: string }> = await db('group_members')
          .join('groups', 'groups.id', 'group_members.group_id')
          .join('users', 'users.id', 'group_members.user_id')
          .select({ group: 'groups.name', user: 'users.name' })
          .orderBy(['group_members.group_id', 'group_members.user_id'])
          .offset(offset)
          .limit(chunk);
        for (const { group, user } of rows) visit(group, user);
        if (rows.length < chunk) return;
      }
    },
    async byName(name) {
      const row: Row | undefined = await groups().where({ name }).first();
      return row === undefined ? undefined : groupOf(row);
    },
    existing: (names) =>
      inChunks(names, async (some) => {
        const rows: Array<{ name: string }> = await db('groups').whereIn('name', some).select('name');
        return rows.map((row) => row.name);
      }),
    async list({ offset, limit, only, nameFilter = '', sort = 'id' }) {
      const matching = (): Knex.QueryBuilder => {
        const all = only === undefined ? db('groups') : db('groups').whereIn('name', [...only]);
        return nameFilter === ''
          ? all
          : all.whereRaw("lower(name) like lower(?) escape '\\'", [`%${nameFilter.replace(/[\\%_]/g, '\\$&')}%`]);
      };
      const counted: Array<{ total: number | string }> = await matching().count({ total: '*' });
      const rows: Row[] = await matching()
        .select('id', 'name', 'properties', 'managed')
        .orderBy(sort === '-name' ? 'name' : sort, sort === '-name' ? 'desc' : 'asc')
        .offset(offset)
        .limit(limit);
      return { groups: rows.map(groupOf), total: Number(counted[0]?.total ?? 0) };
    },
    add: (names, managed, userIds) =>
      db.transaction(async (trx) => {
        const made: Group[] = [];
        for (const name of names) {
          const [added]: Array<{ id: number }> = await trx('groups').insert({ name, managed }).returning('id');
          const row: Row | undefined = await groups(trx).where({ id: added?.id }).first();
          if (row === undefined) throw new Error(`group ${name} was not added`);
          await addMembers(trx, row.id, userIds);
          made.push(groupOf(row));
        }
        return made;
      }),
    async remove(id) {
      await db('groups').where({ id }).del();
    },
    addMembers: (id, userIds) => db.transaction((trx) => addMembers(trx, id, userIds)),
    async removeMembers(id, userIds) {
      await inChunks(userIds, async (some) => {
        await db('group_members').where({ group_id: id }).whereIn('user_id', some).del();
        return [];
      });
    },
    async setProperties(id, properties) {
      await db('groups')
        .where({ id })
        .update({ properties: JSON.stringify(properties) });
    },
    async ofUser(userId, managed) {
      const rows: Array<{ name: string }> = await db('group_members')
        .join('groups', 'groups.id', 'group_members.group_id')
        .where({ user_id: userId, managed })
        .select('groups.name');
      return rows.map((row) => row.name);
    },
    async userIds(names) {
      const rows = await inChunks(names, async (some): Promise<Array<{ id: number; name: string }>> =>
        db('users').whereIn('name', some).select('id', 'name'),
      );
      return new Map(rows.map((row) => [row.name, row.id]));
    },
  };
}

async function addMembers(trx: Knex.Transaction, id: number, userIds: readonly number[]): Promise<void> {
  await inChunks(userIds, async (some) => {
    const rows = some.map((userId) => ({ group_id: id, user_id: userId }));
    await trx('group_members').insert(rows).onConflict(['group_id', 'user_id']).ignore();
    return [];
  });
}

function groupOf(row: Row): Group {
  return {
    id: row.id,
    name: row.name,
    properties: JSON.parse(row.properties) as Group['properties'],
    managed: row.managed as Group['managed'],
  };
}
