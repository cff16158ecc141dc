import type { Knex } from 'knex';

/** Services of the settings and those made at runtime. What only services read of themselves is in `definition`, as JSON. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('services', (t) => {
    t.string('name').primary();
    t.string('managed').notNullable().defaultTo('');
    t.boolean('admin').notNullable().defaultTo(false);
    t.text('definition').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('services');
}
