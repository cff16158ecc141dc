import { randomBytes } from 'node:crypto';
import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import { hashSecret } from '../tokens/token-text.ts';
import type { ShareCode, ShareCodes, SharedServer } from './share.ts';
import { whileThere } from './still-there.ts';

interface Row {
  readonly id: number;
  readonly server_id: number;
  readonly owner: string;
  readonly server: string;
  readonly scopes: string;
  readonly created: number | string;
  readonly expires_at: number | string;
  readonly exchange_count: number;
  readonly last_exchanged: number | string | null;
}

/** Good ones of one server at a time. */
export const mostCodes = 100;

/** Codes as rows, found by a hash of what they say. */
export function makeShareCodes(db: Knex, clock: { now(): number }): ShareCodes {
  /** Those that are still good. */
  const joined = (): Knex.QueryBuilder =>
    db('share_codes')
      .join('servers', 'servers.id', 'share_codes.server_id')
      .join('users', 'users.id', 'servers.user_id')
      .where('share_codes.expires_at', '>', clock.now());
  const rows = (): Knex.QueryBuilder =>
    joined().select('share_codes.*', 'users.name as owner', 'servers.name as server');
  const find = async (where: Readonly<Record<string, unknown>>): Promise<ShareCode | undefined> => {
    const [row]: Row[] = await rows().where(where);
    return row === undefined ? undefined : codeOf(row);
  };

  return {
    async create(server, scopes, expiresIn) {
      // 43 characters, as the peer's.
      const text = randomBytes(32).toString('base64url');
      const hash = hashSecret(text);
      const created = clock.now();
      const row = { server_id: server.id, hash, scopes: JSON.stringify([...new Set(scopes)]), created };
      return whileThere(db, { server }, async () => {
        await db.transaction(async (trx) => {
          await requireRoom(trx, server, created);
          await trx('share_codes').insert({ ...row, expires_at: created + expiresIn * 1000 });
        });
        const code = await find({ hash });
        if (code === undefined) throw new Error(`a code for ${server.user}/${server.name} was not written`);
        return { code, text };
      });
    },
    async list(of, { offset, limit }) {
      const where = 'owner' in of ? { 'users.name': of.owner } : { 'share_codes.server_id': of.serverId };
      const counted: Array<{ total: number | string }> = await joined().where(where).count({ total: '*' });
      const found: Row[] = await rows().where(where).orderBy('share_codes.id').offset(offset).limit(limit);
      return { items: found.map(codeOf), total: Number(counted[0]?.total ?? 0) };
    },
    find: (text) => find({ hash: hashSecret(text) }),
    async noteExchange({ id }) {
      const now = clock.now();
      const counted = await db('share_codes')
        .where({ id })
        .andWhere('expires_at', '>', now)
        .update({ exchange_count: db.raw('exchange_count + 1'), last_exchanged: now });
      return counted === 1;
    },
    revoke: (server, { text, id }) =>
      db('share_codes')
        .where({
          server_id: server.id,
          ...(text === undefined ? {} : { hash: hashSecret(text) }),
          ...(id === undefined ? {} : { id }),
        })
        .del(),
    purgeExpired: () => db('share_codes').where('expires_at', '<=', clock.now()).del(),
  };
}

/** Whoever may share a server must not fill the database with codes for it. */
async function requireRoom(db: Knex, server: SharedServer, now: number): Promise<void> {
  const good = db('share_codes').where({ server_id: server.id }).andWhere('expires_at', '>', now);
  const counted: Array<{ total: number | string }> = await good.count({ total: '*' });
  if (Number(counted[0]?.total ?? 0) < mostCodes) return;
  const problem = `Server ${server.user}/${server.name} has ${mostCodes} share codes already; revoke some, or wait until they expire`;
  throw new TshubError('bad_request', { problem });
}

function codeOf(row: Row): ShareCode {
  return {
    id: row.id,
    server: { id: row.server_id, user: row.owner, name: row.server },
    scopes: JSON.parse(row.scopes) as string[],
    created: Number(row.created),
    expiresAt: Number(row.expires_at),
    exchangeCount: row.exchange_count,
    lastExchanged: row.last_exchanged === null ? null : Number(row.last_exchanged),
  };
}
