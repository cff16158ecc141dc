import type { Knex } from 'knex';
import { auditKinds, type AuditEntry, type AuditKind, type AuditQuery } from './audit.ts';

export type NewEntry = Omit<AuditEntry, 'id'>;

interface Row extends Omit<AuditEntry, 'at'> {
  readonly at: number | string;
}

/** Rows written with one statement. */
const chunk = 50;

/** Entries as rows. */
export interface AuditStore {
  add(entries: readonly NewEntry[]): Promise<void>;
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
  /** Keeps the newest of each kind. */
  trim(kept: Readonly<Record<AuditKind, number>>): Promise<void>;
}

export function makeAuditStore(db: Knex): AuditStore {
  return {
    async add(entries) {
      for (let i = 0; i < entries.length; i += chunk) await db('audit').insert(entries.slice(i, i + chunk));
    },
    async list({ kind, user, only, before, limit }) {
      const query = db<Row>('audit').orderBy('id', 'desc').limit(limit);
      if (before !== null) void query.where('id', '<', before);
      if (kind !== null) void query.where({ kind });
      if (user !== '') void query.where((either) => void either.where({ user }).orWhere({ by: user }));
      if (only !== undefined) {
        const members = db('group_members')
          .join('groups', 'groups.id', 'group_members.group_id')
          .join('users', 'users.id', 'group_members.user_id')
          .whereIn('groups.name', [...only.groups])
          .select('users.name');
        void query.where((either) => void either.whereIn('user', [...only.users]).orWhereIn('user', members));
      }
      const rows: Row[] = await query;
      return rows.map((row) => ({ ...row, at: Number(row.at) }));
    },
    async trim(kept) {
      for (const kind of auditKinds) {
        const newest = db('audit')
          .where({ kind })
          .orderBy('id', 'desc')
          .offset(kept[kind] - 1)
          .limit(1);
        const [last]: Array<{ id: number }> = await newest.select('id');
        if (last !== undefined) await db('audit').where({ kind }).where('id', '<', last.id).del();
      }
    },
  };
}
