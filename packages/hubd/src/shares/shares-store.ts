import type { Knex } from 'knex';
import type { PageQuery, Share, SharedServer, SharesOf, ShareTarget } from './share.ts';

interface Row {
  readonly id: number;
  readonly server_id: number;
  readonly owner: string;
  readonly server: string;
  readonly user_id: number | null;
  readonly user: string | null;
  readonly group_id: number | null;
  readonly group: string | null;
  readonly scopes: string;
  readonly created: number | string;
}

/** Shares as rows. */
export interface SharesStore {
  /** Every share there is, in chunks. */
  each(visit: (share: Share) => void): Promise<void>;
  server(user: string, name: string): Promise<SharedServer | undefined>;
  list(of: SharesOf, page: PageQuery): Promise<{ items: Share[]; total: number }>;
  find(serverId: number, target: ShareTarget): Promise<Share | undefined>;
  add(serverId: number, target: ShareTarget, scopes: readonly string[], created: number): Promise<void>;
  setScopes(id: number, scopes: readonly string[]): Promise<void>;
  remove(where: { readonly id: number } | { readonly server_id: number }): Promise<void>;
}

const chunk = 5000;

export function makeSharesStore(db: Knex): SharesStore {
  const joined = (): Knex.QueryBuilder =>
    db('shares')
      .join('servers', 'servers.id', 'shares.server_id')
      .join('users as owners', 'owners.id', 'servers.user_id')
      .leftJoin('users as guests', 'guests.id', 'shares.user_id')
      .leftJoin('groups', 'groups.id', 'shares.group_id');
  const columns = {
    id: 'shares.id',
    server_id: 'shares.server_id',
    owner: 'owners.name',
    server: 'servers.name',
    user_id: 'shares.user_id',
    user: 'guests.name',
    group_id: 'shares.group_id',
    group: 'groups.name',
    scopes: 'shares.scopes',
    created: 'shares.created',
  };
  const rows = (): Knex.QueryBuilder => joined().select(columns);

  return {
    async each(visit) {
      for (let after = 0; ;) {
        const found: Row[] = await rows().where('shares.id', '>', after).orderBy('shares.id').limit(chunk);
        for (const row of found) visit(shareOf(row));
        if (found.length < chunk) return;
        after = found.at(-1)?.id ?? 0;
      }
    },
    async server(user, name) {
      const row: { id: number } | undefined = await db('servers')
        .join('users', 'users.id', 'servers.user_id')
        .where({ 'users.name': user, 'servers.name': name })
        .first('servers.id as id');
      return row === undefined ? undefined : { id: row.id, user, name };
    },
    async list(of, { offset, limit }) {
      const counted: Array<{ total: number | string }> = await only(db, joined(), of).count({ total: '*' });
      const found: Row[] = await only(db, rows(), of).orderBy('shares.id').offset(offset).limit(limit);
      return { items: found.map(shareOf), total: Number(counted[0]?.total ?? 0) };
    },
    async find(serverId, target) {
      const [row]: Row[] = await rows()
        .where('shares.server_id', serverId)
        .andWhere(`shares.${target.kind}_id`, target.id);
      return row === undefined ? undefined : shareOf(row);
    },
    async add(serverId, target, scopes, created) {
      const row = { server_id: serverId, [`${target.kind}_id`]: target.id, scopes: JSON.stringify(scopes), created };
      await db('shares').insert(row);
    },
    async setScopes(id, scopes) {
      await db('shares')
        .where({ id })
        .update({ scopes: JSON.stringify(scopes) });
    },
    async remove(where) {
      await db('shares').where(where).del();
    },
  };
}

function only(db: Knex, query: Knex.QueryBuilder, of: SharesOf): Knex.QueryBuilder {
  if ('owner' in of) return query.where('owners.name', of.owner);
  if ('serverId' in of) return query.where('shares.server_id', of.serverId);
  if ('groupId' in of) return query.where('shares.group_id', of.groupId);
  const groups = db('group_members').where({ user_id: of.userId }).select('group_id');
  return query.where((where) => {
    void where.where('shares.user_id', of.userId).orWhereIn('shares.group_id', groups);
  });
}

function shareOf(row: Row): Share {
  const target: ShareTarget =
    row.group_id === null
      ? { kind: 'user', id: row.user_id ?? 0, name: row.user ?? '' }
      : { kind: 'group', id: row.group_id, name: row.group ?? '' };
  return {
    id: row.id,
    server: { id: row.server_id, user: row.owner, name: row.server },
    target,
    scopes: JSON.parse(row.scopes) as string[],
    created: Number(row.created),
  };
}
