import type { Knex } from 'knex';

/** A row of the table `servers`, with its owner's name. Times are milliseconds since 1970. */
export interface ServerRow {
  readonly id: number;
  readonly userId: number;
  readonly user: string;
  readonly name: string;
  readonly active: boolean;
  readonly started: number | null;
  readonly lastActivity: number | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly profile: string;
  /** '' while a start has not got as far as a unit. */
  readonly invocation: string;
  readonly target: string;
  readonly uid: number | null;
  readonly lastEnd: string;
  readonly endDetail: string;
  readonly failed: boolean;
  readonly tokenId: number | null;
  readonly displayName: string | null;
  readonly keptUntil: number | null;
}

export type ServerChange = Partial<Omit<ServerRow, 'id' | 'userId' | 'user' | 'name'>>;

interface RawRow {
  id: number;
  user_id: number;
  user: string;
  name: string;
  active: number | boolean;
  started: number | string | null;
  last_activity: number | string | null;
  options: string;
  profile: string;
  invocation: string;
  target: string;
  uid: number | null;
  last_end: string;
  end_detail: string;
  failed: number | boolean;
  token_id: number | null;
  display_name: string | null;
  kept_until: number | string | null;
}

const columns = {
  active: 'active',
  started: 'started',
  lastActivity: 'last_activity',
  options: 'options',
  profile: 'profile',
  invocation: 'invocation',
  target: 'target',
  uid: 'uid',
  lastEnd: 'last_end',
  endDetail: 'end_detail',
  failed: 'failed',
  tokenId: 'token_id',
  displayName: 'display_name',
  keptUntil: 'kept_until',
} as const satisfies Record<keyof ServerChange, string>;

/** The rows of servers. */
export class ServersStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async all(): Promise<ServerRow[]> {
    return (await this.#select()).map(toRow);
  }

  /** A row for a server that never had one; inactive. */
  async add(userId: number, name: string): Promise<ServerRow> {
    await this.#db('servers').insert({ user_id: userId, name });
    const [raw] = await this.#select().where('servers.user_id', userId).andWhere('servers.name', name);
    if (raw === undefined) throw new Error(`the row of server "${name}" of user ${userId} is gone`);
    return toRow(raw);
  }

  async change(id: number, change: ServerChange): Promise<void> {
    const pairs = (Object.keys(change) as (keyof ServerChange)[]).map((key) => {
      const value = change[key];
      return [columns[key], key === 'options' ? JSON.stringify(value) : value];
    });
    await this.#db('servers').where({ id }).update(Object.fromEntries(pairs));
  }

  /** Throws when the user has one of that name. */
  async rename(id: number, name: string): Promise<void> {
    await this.#db('servers').where({ id }).update({ name });
  }

  async remove(id: number): Promise<void> {
    await this.#db('servers').where({ id }).delete();
  }

  /** API tokens that starts made for a server, by their note: one of them may have been made just before the hub was killed. */
  async tokensWithNote(userId: number, note: string): Promise<number[]> {
    const mine = this.#db('tokens').where({ user_id: userId, note }).whereNull('client_id');
    const rows = await mine.select<{ id: number }[]>('id');
    return rows.map((row) => row.id);
  }

  #select(): Knex.QueryBuilder<RawRow, RawRow[]> {
    return this.#db('servers')
      .join('users', 'users.id', 'servers.user_id')
      .select('servers.*', 'users.name as user') as Knex.QueryBuilder<RawRow, RawRow[]>;
  }
}

function toRow(raw: RawRow): ServerRow {
  return {
    id: raw.id,
    userId: raw.user_id,
    user: raw.user,
    name: raw.name,
    active: Boolean(raw.active),
    started: time(raw.started),
    lastActivity: time(raw.last_activity),
    options: JSON.parse(raw.options) as Readonly<Record<string, unknown>>,
    profile: raw.profile,
    invocation: raw.invocation,
    target: raw.target,
    uid: raw.uid,
    lastEnd: raw.last_end,
    endDetail: raw.end_detail,
    failed: Boolean(raw.failed),
    tokenId: raw.token_id,
    displayName: raw.display_name,
    keptUntil: time(raw.kept_until),
  };
}

// PostgreSQL gives bigint columns as text.
function time(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}
