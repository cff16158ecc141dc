import { createHash, timingSafeEqual } from 'node:crypto';
import { type PeerImport, TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import { hashSecret, prefixOf } from './token-text.ts';

/** Tokens of a JupyterHub: known by its hash until they are used here for the first time, by ours from then on. */
export interface PeerTokens {
  /** Whether a token with this hash came along once, even if it has been revoked since. */
  isImported(hash: string): Promise<boolean>;
  /** Throws bad_request for a hash that is none of the peer's. */
  add(
    token: Omit<PeerImport['tokens'][number], 'owner'> & {
      readonly holder: { readonly userId: number } | { readonly service: string };
    },
  ): Promise<void>;
  /** Gives the row of a token with this text our hash; false if there is none. */
  adopt(text: string): Promise<boolean>;
}

/** The peer's `sha512:ROUNDS:SALT:DIGEST` (its utils.hash_token): tokens of its own making have 1 round, those of its configuration 16,384. */
const shape = /^sha512:(\d{1,5}):([0-9a-f]{2,64}):([0-9a-f]{128})$/;
const peerPrefix = 4;
const most = 20_000;
/** Of a text, which is hashed as often as there are rounds, while everybody waits. The peer's tokens have 32 characters, or what its configuration says. */
const longest = 256;

export function makePeerTokens(db: Knex, clock: { now(): number }): PeerTokens {
  /** Strangers try texts; where nothing came along, or all of it has been used, these cost no second query. */
  let waiting: boolean | undefined;
  const areWaiting = async (): Promise<boolean> => {
    waiting ??= (await db('tokens').whereLike('hash', 'sha512:%').first('id')) !== undefined;
    return waiting;
  };
  return {
    async isImported(hash) {
      return (await db('imported_tokens').where({ hash }).first('hash')) !== undefined;
    },
    async add({ holder, hash, prefix, scopes, note, created, expiresAt, lastActivity }) {
      const rounds = Number(shape.exec(hash)?.[1] ?? 0);
      if (rounds < 1 || rounds > most || prefix.length !== peerPrefix)
        throw new TshubError('bad_request', {
          problem: `its hash is none of JupyterHub's: expected sha512:ROUNDS:SALT:DIGEST with at most ${most} rounds`,
        });
      await db.transaction(async (trx) => {
        await trx('imported_tokens').insert({ hash });
        await trx('tokens').insert({
          user_id: 'userId' in holder ? holder.userId : null,
          service: 'service' in holder ? holder.service : null,
          prefix,
          hash,
          scopes: JSON.stringify(scopes),
          note,
          created,
          expires_at: expiresAt,
          last_activity: lastActivity,
        });
      });
      waiting = true;
    },
    async adopt(text) {
      if (text.length > longest || !(await areWaiting())) return false;
      const rows: Array<{ id: number; hash: string }> = await db('tokens')
        .where({ prefix: text.slice(0, peerPrefix) })
        .whereLike('hash', 'sha512:%')
        // One that is good for nothing any more is not worth thousands of rounds.
        .where((good) => void good.whereNull('expires_at').orWhere('expires_at', '>', clock.now()))
        .select('id', 'hash');
      const row = rows.find(({ hash }) => matches(text, hash));
      if (row === undefined) return false;
      await db('tokens')
        .where({ id: row.id })
        .update({ prefix: prefixOf(text), hash: hashSecret(text) });
      waiting = undefined;
      return true;
    },
  };
}

function matches(text: string, hash: string): boolean {
  const [, rounds = '0', salt = '', digest = ''] = shape.exec(hash) ?? [];
  if (digest === '') return false;
  const mine = createHash('sha512').update(salt);
  for (let i = 0; i < Number(rounds); i += 1) mine.update(text);
  return timingSafeEqual(mine.digest(), Buffer.from(digest, 'hex'));
}
