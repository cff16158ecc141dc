import type { Knex } from 'knex';

/** Logins that were ended before their cookies expired. */
export interface EndedSessions {
  has(id: string): boolean;
  /** `until`: when no cookie of this session can be used any more, in milliseconds since 1970. */
  add(id: string, until: number): Promise<void>;
  /** How many were forgotten. */
  purgeExpired(): Promise<number>;
}

interface Row {
  readonly id: string;
  readonly until: number | string;
}

/** Reads them once; afterwards every request is answered from memory. */
export async function openEndedSessions(db: Knex, clock: { now(): number }): Promise<EndedSessions> {
  const rows: Row[] = await db<Row>('ended_sessions').select('id', 'until');
  const untilOf = new Map(rows.map(({ id, until }) => [id, Number(until)]));
  return {
    has: (id) => untilOf.has(id),
    async add(id, until) {
      untilOf.set(id, until);
      await db<Row>('ended_sessions').insert({ id, until }).onConflict('id').merge();
    },
    async purgeExpired() {
      const now = clock.now();
      for (const [id, until] of untilOf) if (until < now) untilOf.delete(id);
      return db('ended_sessions').where('until', '<', now).del();
    },
  };
}
