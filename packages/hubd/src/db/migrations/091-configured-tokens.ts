import type { Knex } from 'knex';

/** The name that a token has in the settings; null for those that people and programs made. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('tokens', (t) => {
    t.string('configured').index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('tokens', (t) => {
    t.dropColumn('configured');
  });
}
