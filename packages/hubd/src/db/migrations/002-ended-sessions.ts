import type { Knex } from 'knex';

/** Logins that were ended while their signed cookies are still good. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('ended_sessions', (t) => {
    t.string('id').primary();
    t.bigInteger('until').notNullable().index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('ended_sessions');
}
