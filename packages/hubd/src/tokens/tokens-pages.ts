import type { Knex } from 'knex';
import type { UserQuery } from '../users/user.ts';
import type { Token } from './token.ts';
import { tokenOf, tokenRows } from './tokens-store.ts';

/** Who has tokens: people and their programs, programs that people logged in to (OAuth), servers of their own. */
export const tokenKinds = ['people', 'programs', 'servers'] as const;
export type TokenKind = (typeof tokenKinds)[number];

export interface TokenSearch {
  readonly kind: TokenKind;
  /** Exactly this user or service; '' for all. */
  readonly owner: string;
  /** Only tokens of these users and of the members of these groups. */
  readonly only?: UserQuery['only'];
  /** Only what was made before this one. */
  readonly before: number | null;
  readonly limit: number;
}

/** Tokens of everybody that can still be used, the newest first, by where the last page ended. */
export interface TokensPages {
  page(search: TokenSearch): Promise<readonly Token[]>;
}

/** The hub's activity rules know a server's own token by this, too (peer's contract 2.1). */
const serverNote = 'Server at %';

export function makeTokensPages(db: Knex, clock: { now(): number }): TokensPages {
  return {
    async page({ kind, owner, only, before, limit }) {
      const query = tokenRows(db)
        .where((good) => void good.whereNull('tokens.expires_at').orWhere('tokens.expires_at', '>', clock.now()))
        .orderBy('tokens.id', 'desc')
        .limit(limit);
      if (kind === 'programs') void query.whereNotNull('tokens.client_id');
      else void query.whereNull('tokens.client_id');
      if (kind === 'servers') void query.whereLike('tokens.note', serverNote);
      if (kind === 'people') void query.whereNot('tokens.note', 'like', serverNote);
      if (before !== null) void query.where('tokens.id', '<', before);
      if (owner !== '')
        void query.where((either) => void either.where('users.name', owner).orWhere('tokens.service', owner));
      if (only !== undefined) {
        const members = db('group_members')
          .join('groups', 'groups.id', 'group_members.group_id')
          .whereIn('groups.name', [...only.groups])
          .select('group_members.user_id');
        void query.where(
          (either) => void either.whereIn('users.name', [...only.users]).orWhereIn('tokens.user_id', members),
        );
      }
      return ((await query) as Parameters<typeof tokenOf>[0][]).map(tokenOf);
    },
  };
}
