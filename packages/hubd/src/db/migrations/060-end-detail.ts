import type { Knex } from 'knex';

/** How a server ended, for administrators: the sentence beside `last_end`, which is for its user. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('servers', (t) => {
    t.text('end_detail').notNullable().defaultTo('');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('servers', (t) => {
    t.dropColumn('end_detail');
  });
}
