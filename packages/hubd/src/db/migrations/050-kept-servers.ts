import type { Knex } from 'knex';

/** Until when people have put off the end of their servers. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('servers', (t) => {
    t.bigInteger('kept_until');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('servers', (t) => {
    t.dropColumn('kept_until');
  });
}
