import type { Knex } from 'knex';

/** What people call their servers (the peer's 6.0). */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('servers', (t) => {
    t.string('display_name');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('servers', (t) => {
    t.dropColumn('display_name');
  });
}
