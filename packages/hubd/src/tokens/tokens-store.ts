import type { Knex } from 'knex';
import { renameInScope } from '../access/scope.ts';
import type { Owner } from '../caller/caller.ts';
import type { NewToken, Token } from './token.ts';

export interface TokenRow {
  readonly id: number;
  readonly user_id: number | null;
  readonly user_name: string | null;
  readonly user_admin: number | boolean | null;
  readonly service: string | null;
  readonly hash: string;
  readonly scopes: string;
  readonly client_id: string | null;
  readonly session_id: string | null;
  readonly note: string;
  readonly created: number | string;
  readonly expires_at: number | string | null;
  readonly last_activity: number | string | null;
}

export interface NewRow extends NewToken {
  readonly prefix: string;
  readonly hash: string;
  readonly created: number;
  readonly expiresAt: number | null;
}

type Where = Readonly<
  Partial<Record<'client_id' | 'id' | 'note' | 'service' | 'session_id' | 'user_id', string | number>>
>;

export interface TokensStore {
  add(row: NewRow): Promise<number>;
  byPrefix(prefix: string): Promise<ReadonlyArray<{ readonly hash: string; readonly token: Token }>>;
  ofClient(clientId: string, userId: number): Promise<readonly Token[]>;
  byId(id: number): Promise<Token | undefined>;
  ofUser(userId: number): Promise<readonly Token[]>;
  /** Hashes of the tokens of that user, and of those whose scopes name them. */
  renameUser(from: string, to: string): Promise<readonly string[]>;
  /** Hashes of what was removed. */
  remove(where: Where): Promise<readonly string[]>;
  removeExpired(now: number): Promise<readonly string[]>;
  /** Writes `at` unless the last use is later than `notBefore`; the hash if it did. */
  touch(id: number, at: number, notBefore: number): Promise<string | undefined>;
}

/** Tokens with the names of the users whose they are. */
export function tokenRows(db: Knex): Knex.QueryBuilder {
  return db('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .select('tokens.*', { user_name: 'users.name', user_admin: 'users.admin' });
}

export function makeTokensStore(db: Knex): TokensStore {
  const rows = (): Knex.QueryBuilder => tokenRows(db);
  const remove = async (narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<string[]> => {
    const gone: Array<{ id: number; hash: string }> = await narrow(db('tokens')).select('id', 'hash');
    const ids = gone.map(({ id }) => id);
    // All or none: the caller forgets them only when it has heard of no error.
    const work = async (trx: Knex): Promise<void> => {
      for (let i = 0; i < ids.length; i += 500)
        await trx('tokens')
          .whereIn('id', ids.slice(i, i + 500))
          .del();
    };
    if (ids.length > 500) await db.transaction(work);
    else await work(db);
    return gone.map(({ hash }) => hash);
  };

  return {
    async add(row) {
      const [added]: Array<{ id: number }> = await db('tokens')
        .insert({
          user_id: row.owner.kind === 'user' ? row.owner.id : null,
          service: row.owner.kind === 'service' ? row.owner.name : null,
          prefix: row.prefix,
          hash: row.hash,
          scopes: JSON.stringify(row.scopes),
          client_id: row.clientId ?? null,
          session_id: row.sessionId ?? null,
          note: row.note,
          created: row.created,
          expires_at: row.expiresAt,
          last_activity: null,
        })
        .returning('id');
      if (added === undefined) throw new Error('a token was not added');
      return added.id;
    },
    async byPrefix(prefix) {
      const found: TokenRow[] = await rows().where({ prefix });
      return found.map((row) => ({ hash: row.hash, token: tokenOf(row) }));
    },
    async ofClient(clientId, userId) {
      const found: TokenRow[] = await rows().where({ client_id: clientId, user_id: userId });
      return found.map(tokenOf);
    },
    async byId(id) {
      const row: TokenRow | undefined = await rows().where({ 'tokens.id': id }).first();
      return row === undefined ? undefined : tokenOf(row);
    },
    async ofUser(userId) {
      const found: TokenRow[] = await rows().where({ user_id: userId });
      return found.map(tokenOf);
    },
    renameUser: (from, to) =>
      db.transaction(async (trx) => {
        const named: Array<Pick<TokenRow, 'hash' | 'id' | 'scopes'>> = await trx('tokens')
          .leftJoin('users', 'users.id', 'tokens.user_id')
          .whereIn('users.name', [from, to])
          // A first sieve, with what a pattern would take otherwise as any character: what is in it by chance is not changed.
          .orWhereLike('tokens.scopes', `%=${JSON.stringify(from).slice(1, -1).replace(/[\\%]/g, '_')}%`)
          .select('tokens.id', 'tokens.hash', 'tokens.scopes');
        for (const { id, scopes } of named) {
          const renamed = JSON.stringify((JSON.parse(scopes) as string[]).map((one) => renameInScope(one, from, to)));
          if (renamed !== scopes) await trx('tokens').where({ id }).update({ scopes: renamed });
        }
        return named.map(({ hash }) => hash);
      }),
    remove: (where) => remove((query) => query.where(where)),
    removeExpired: (now) => remove((query) => query.where('expires_at', '<=', now)),
    async touch(id, at, notBefore) {
      const changed = await db('tokens')
        .where({ id })
        .where((older) => older.whereNull('last_activity').orWhere('last_activity', '<=', notBefore))
        .update({ last_activity: at });
      if (changed === 0) return undefined;
      const row: { hash: string } | undefined = await db('tokens').where({ id }).first('hash');
      return row?.hash;
    },
  };
}

export function tokenOf(row: TokenRow): Token {
  return {
    id: row.id,
    owner: ownerOf(row),
    scopes: JSON.parse(row.scopes) as string[],
    clientId: row.client_id,
    sessionId: row.session_id,
    note: row.note,
    created: Number(row.created),
    expiresAt: row.expires_at === null ? null : Number(row.expires_at),
    lastActivity: row.last_activity === null ? null : Number(row.last_activity),
  };
}

function ownerOf(row: TokenRow): Owner {
  if (row.user_id !== null)
    return { kind: 'user', id: row.user_id, name: row.user_name ?? '', admin: Boolean(row.user_admin) };
  return { kind: 'service', name: row.service ?? '' };
}
