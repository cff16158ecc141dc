import type { Knex } from 'knex';

/** Administrators made at runtime, or by a role in the settings: a login that says nothing of it takes it from nobody. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (t) => {
    t.boolean('admin_given').notNullable().defaultTo(false);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (t) => {
    t.dropColumn('admin_given');
  });
}
