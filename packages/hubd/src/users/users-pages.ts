import type { Knex } from 'knex';
import type { User, UserQuery } from './user.ts';
import { userOf, type UserRow } from './users-store.ts';

/** What a list of users is in order of; `running` puts whoever has a server running before all others, each part by name. */
export const userOrders = [
  'running',
  'name',
  '-name',
  'last_activity',
  '-last_activity',
  'created',
  '-created',
] as const;
export type UserOrder = (typeof userOrders)[number];

/** Lists have parts where no single column could put all rows in order: those with a running server and the rest, those never seen and those seen. */
type ListPart = 'all' | 'never' | 'rest' | 'running' | 'seen';

/** A place in a list: the row there, by what the list is in order of. */
export interface UserPlace {
  readonly part: ListPart;
  readonly key: number | string;
  readonly id: number;
}

export interface UserSearch {
  readonly order: UserOrder;
  /** Part of the name, in any case; '' for every name. */
  readonly name: string;
  readonly state: 'active' | 'any' | 'inactive';
  /** Only members of this group; '' for all. */
  readonly group: string;
  readonly onlyAdmins: boolean;
  /** The horizontal filter of the caller's scopes. */
  readonly only?: UserQuery['only'];
}

export interface UserPage {
  readonly users: readonly User[];
  /** Where the pages beside it are; null when there is none. */
  readonly previous: UserPlace | null;
  readonly next: UserPlace | null;
}

/** Where a page begins: behind a place, or, to turn back, before it. */
export type UserTurn = { readonly after: UserPlace } | { readonly before: UserPlace } | null;

/**
 * Pages of users by where the last one ended, not by counting from the beginning: each costs what it shows, however many users
 * there are. Only the search for a part of a name reads all names, in the database.
 */
export interface UsersPages {
  page(search: UserSearch, turn: UserTurn, limit: number): Promise<UserPage>;
  /** How many match, but no more than `most`. */
  count(search: UserSearch, most: number): Promise<number>;
}

/** What the rows of a list are in order of; each has an index, which ends in the id. */
const keys = {
  created: { sql: 'users.created', of: (user: User) => user.created },
  id: { sql: 'users.id', of: (user: User) => user.id },
  last_activity: { sql: 'users.last_activity', of: (user: User) => user.lastActivity ?? 0 },
  name: { sql: 'users.name', of: (user: User) => user.name },
} as const;

/** `settle` brings what is only known in memory into the database. */
export function makeUsersPages(db: Knex, settle: () => Promise<void> = () => Promise.resolve()): UsersPages {
  async function rowsOf(
    search: UserSearch,
    part: ListPart,
    from: UserPlace | null,
    isBack: boolean,
    limit: number,
  ): Promise<User[]> {
    const { sql } = keyOf(search.order, part);
    const isDown = search.order.startsWith('-') !== isBack;
    const [direction, beyond] = isDown ? ['desc', '<'] : ['asc', '>'];
    const query = inPart(db, matching(db, search), part);
    if (from !== null) void query.whereRaw(`(${sql}, users.id) ${beyond} (?, ?)`, [from.key, from.id]);
    const rows: UserRow[] = await query
      .select('users.*')
      .orderByRaw(`${sql} ${direction}, users.id ${direction}`)
      .limit(limit);
    return rows.map(userOf);
  }

  return {
    async page(search, turn, limit) {
      await settle();
      const place = placeOfTurn(search, turn);
      const isBack = place !== null && turn !== null && 'before' in turn;
      const parts = isBack ? partsOf(search).toReversed() : partsOf(search);
      const begin = place === null ? 0 : parts.indexOf(place.part);
      const found: Array<{ readonly part: ListPart; readonly user: User }> = [];
      for (const [i, part] of parts.slice(begin).entries()) {
        const users = await rowsOf(search, part, i === 0 ? place : null, isBack, limit + 1 - found.length);
        found.push(...users.map((user) => ({ part, user })));
        if (found.length > limit) break;
      }
      const isMore = found.length > limit;
      const shown = isBack ? found.slice(0, limit).toReversed() : found.slice(0, limit);
      const placeOf = (row: (typeof shown)[number] | undefined): UserPlace | null =>
        row === undefined ? null : { part: row.part, key: keyOf(search.order, row.part).of(row.user), id: row.user.id };
      return {
        users: shown.map(({ user }) => user),
        previous: (isBack ? isMore : place !== null) ? placeOf(shown[0]) : null,
        next: isBack || isMore ? placeOf(shown.at(-1)) : null,
      };
    },
    async count(search, most) {
      const rows: Array<{ total: number | string }> = await db
        .from(matching(db, search).select('users.id').limit(most).as('some'))
        .count({ total: '*' });
      return Number(rows[0]?.total ?? 0);
    },
  };
}

/** Places come from addresses: one of another list, or made up, is as none. */
function placeOfTurn(search: UserSearch, turn: UserTurn): UserPlace | null {
  if (turn === null) return null;
  const place = 'before' in turn ? turn.before : turn.after;
  const isText = keyOf(search.order, place.part) === keys.name;
  return partsOf(search).includes(place.part) && (typeof place.key === 'string') === isText ? place : null;
}

function keyOf(order: UserOrder, part: ListPart): (typeof keys)[keyof typeof keys] {
  if (part === 'never') return keys.id;
  if (order === 'running') return keys.name;
  return keys[(order.startsWith('-') ? order.slice(1) : order) as keyof typeof keys];
}

function partsOf({ order, state }: UserSearch): readonly ListPart[] {
  if (order === 'running') return state === 'any' ? ['running', 'rest'] : ['all'];
  if (order === 'last_activity') return ['never', 'seen'];
  return order === '-last_activity' ? ['seen', 'never'] : ['all'];
}

function inPart(db: Knex, query: Knex.QueryBuilder, part: ListPart): Knex.QueryBuilder {
  switch (part) {
    case 'all':
      return query;
    case 'never':
      return query.whereNull('users.last_activity');
    case 'seen':
      return query.whereNotNull('users.last_activity');
    case 'rest':
      return query.whereNotIn('users.id', runners(db));
    case 'running':
      return query.whereIn('users.id', runners(db));
  }
}

function runners(db: Knex): Knex.QueryBuilder {
  return db('servers').where('servers.active', true).select('servers.user_id');
}

function matching(db: Knex, { name, state, group, onlyAdmins, only }: UserSearch): Knex.QueryBuilder {
  const users = db('users');
  const members = (groups: readonly string[]): Knex.QueryBuilder =>
    db('group_members')
      .join('groups', 'groups.id', 'group_members.group_id')
      .whereIn('groups.name', [...groups])
      .select('group_members.user_id');
  if (state === 'active') void users.whereIn('users.id', runners(db));
  if (state === 'inactive') void users.whereNotIn('users.id', runners(db));
  if (name !== '')
    void users.whereRaw("lower(users.name) like lower(?) escape '\\'", [`%${name.replace(/[\\%_]/g, '\\$&')}%`]);
  if (group !== '') void users.whereIn('users.id', members([group]));
  if (onlyAdmins) void users.where('users.admin', true);
  if (only !== undefined)
    void users.where((either) =>
      either.whereIn('users.name', [...only.users]).orWhereIn('users.id', members(only.groups)),
    );
  return users;
}
