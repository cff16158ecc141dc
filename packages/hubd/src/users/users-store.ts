import { randomBytes } from 'node:crypto';
import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import { Cache } from '../db/cache.ts';
import { inChunks } from '../db/chunks.ts';
import { LateTimes } from '../db/late-times.ts';
import type { User, UserQuery, UsersStore } from './user.ts';

export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly admin: number | boolean;
  readonly created: number | string;
  readonly last_activity: number | string | null;
  readonly cookie_id: string;
}

interface Clock {
  now(): number;
}

/** Users in the database, the recently seen ones in memory as well: who a request is from is a look-up in a map. */
export function makeUsersStore(
  db: Knex,
  clock: Clock,
  onLost: (error: unknown, count: number) => void = () => undefined,
): UsersStore {
  /** How many there are, until one comes or goes: every page of a list says it, and counting reads them all. */
  let total: Promise<number> | undefined;
  const countAll = (): Promise<number> =>
    (total ??= (async () => countOf(await db('users').count({ total: '*' })))().catch((error: unknown) => {
      total = undefined;
      throw error;
    }));
  const activity = new LateTimes({ db, table: 'users', delayMs: 1000, onLost });
  const byId = new Cache<number, User>(5000);
  const idByName = new Cache<string, number>(5000);
  const idByCookie = new Cache<string, number>(5000);

  const keep = (row: UserRow): User => {
    const user = later(userOf(row), activity.of(row.id));
    byId.set(user.id, user);
    idByName.set(user.name, user.id);
    idByCookie.set(user.cookieId, user.id);
    return user;
  };
  const find = async (
    where: Partial<Record<'id' | 'name' | 'cookie_id', string | number>>,
  ): Promise<User | undefined> => {
    const row: UserRow | undefined = await db<UserRow>('users').where(where).first();
    return row === undefined ? undefined : keep(row);
  };
  const cached = (id: number | undefined): User | undefined => (id === undefined ? undefined : byId.get(id));

  const add = async (names: readonly string[], admin: boolean): Promise<User[]> => {
    const row = (name: string) => ({
      name,
      admin,
      admin_given: admin,
      created: clock.now(),
      cookie_id: newCookieId(),
    });
    const wanted = [...new Set(names)].map(row);
    const cookies = new Set(wanted.map((one) => one.cookie_id));
    const found = await inChunks(wanted, async (some): Promise<UserRow[]> => {
      await db('users').insert(some).onConflict('name').ignore();
      return db<UserRow>('users').whereIn(
        'name',
        some.map((one) => one.name),
      );
    });
    total = undefined;
    // Whoever was there before has another cookie.
    return found.filter((one) => cookies.has(one.cookie_id)).map(keep);
  };

  const store: UsersStore = {
    byId: async (id) => byId.get(id) ?? (await find({ id })),
    async byName(name) {
      const user = cached(idByName.get(name));
      return user?.name === name ? user : find({ name });
    },
    async byCookieId(cookieId) {
      const user = cached(idByCookie.get(cookieId));
      return user?.cookieId === cookieId ? user : find({ cookie_id: cookieId });
    },
    async list(query) {
      await activity.flush();
      return list(db, query, countAll);
    },
    flush: () => activity.flush(),
    count: countAll,
    async ensure(name, admin) {
      const known = await store.byName(name);
      // Whoever is none by the flag was given none: the statement below would change nothing.
      if (known?.admin === admin) return known;
      const row = { name, admin, created: clock.now(), last_activity: null, cookie_id: newCookieId() };
      await db('users')
        .insert(row)
        .onConflict('name')
        .merge({ admin: db.raw('excluded.admin or users.admin_given') });
      total = undefined;
      const user = await find({ name });
      if (user === undefined) throw new TshubError('not_found', { what: `User ${name}` });
      return user;
    },
    add: (names, admin) => add(names, admin),
    async addMissing(names) {
      await add(names, false);
    },
    async admins() {
      const rows: Array<Pick<UserRow, 'name'>> = await db('users').where({ admin: true }).select('name');
      return rows.map((row) => row.name);
    },
    async rename(id, name) {
      if ((await find({ name })) !== undefined) throw new TshubError('user_exists', { user: name });
      await db('users').where({ id }).update({ name });
      byId.delete(id);
      const user = await find({ id });
      if (user === undefined) throw new TshubError('not_found', { what: `User ${id}` });
      return user;
    },
    async setAdmin(name, admin) {
      const user = await store.byName(name);
      if (user === undefined) return false;
      await db('users').where({ id: user.id }).update({ admin, admin_given: admin });
      byId.delete(user.id);
      return true;
    },
    async remove(id) {
      await db('users').where({ id }).del();
      total = undefined;
      byId.delete(id);
    },
    touch(id, at) {
      const known = byId.get(id);
      if (known !== undefined && known.lastActivity !== null && known.lastActivity >= at) return;
      activity.note(id, at);
      if (known !== undefined) byId.set(id, later(known, at));
    },
    async renewCookieId(id) {
      await db('users').where({ id }).update({ cookie_id: newCookieId() });
      byId.delete(id);
      const user = await find({ id });
      if (user === undefined) throw new TshubError('not_found', { what: `User ${id}` });
      return user;
    },
  };
  return store;
}

async function list(
  db: Knex,
  query: UserQuery,
  countAll: () => Promise<number>,
): Promise<{ users: User[]; total: number }> {
  const matching = (): Knex.QueryBuilder => filtered(db, query);
  const { among } = query;
  const sort = query.sort ?? 'id';
  const descending = sort.startsWith('-');
  const column = descending ? sort.slice(1) : sort;
  const sorted = matching()
    .select('users.*')
    // Databases differ in where they put what is missing; here it comes first, and last when descending.
    .orderByRaw(`?? ${descending ? 'desc nulls last' : 'asc nulls first'}`, [`users.${column}`])
    .orderBy('users.id', descending ? 'desc' : 'asc');
  if (among !== undefined) {
    const picked = ((await sorted) as UserRow[]).filter((row) => among(row.id));
    return { users: picked.slice(query.offset, query.offset + query.limit).map(userOf), total: picked.length };
  }
  const isWhole = query.state === undefined && query.nameFilter === undefined && query.only === undefined;
  const total = isWhole ? await countAll() : countOf(await matching().count({ total: '*' }));
  const rows: UserRow[] = await sorted.offset(query.offset).limit(query.limit);
  return { users: rows.map(userOf), total };
}

function filtered(db: Knex, query: UserQuery): Knex.QueryBuilder {
  const users = db('users');
  const active = db('servers')
    .select(db.raw('1'))
    .where('servers.user_id', db.ref('users.id'))
    .where('servers.active', true);
  if (query.state === 'active') users.whereExists(active);
  if (query.state === 'inactive') users.whereNotExists(active);
  if (query.nameFilter !== undefined)
    users.whereRaw("lower(users.name) like lower(?) escape '\\'", [`%${query.nameFilter.replace(/[\\%_]/g, '\\$&')}%`]);
  const { only } = query;
  if (only !== undefined) {
    const members = db('group_members')
      .join('groups', 'groups.id', 'group_members.group_id')
      .whereIn('groups.name', [...only.groups])
      .select('group_members.user_id');
    users.where((either) => either.whereIn('users.name', [...only.users]).orWhereIn('users.id', members));
  }
  return users;
}

export function userOf(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    admin: Boolean(row.admin),
    created: Number(row.created),
    lastActivity: row.last_activity === null ? null : Number(row.last_activity),
    cookieId: row.cookie_id,
  };
}

function later(user: User, at: number | undefined): User {
  return at === undefined || (user.lastActivity ?? 0) >= at ? user : { ...user, lastActivity: at };
}

function countOf(rows: ReadonlyArray<Record<string, unknown>>): number {
  return Number(rows[0]?.['total'] ?? 0);
}

function newCookieId(): string {
  return randomBytes(16).toString('hex');
}
