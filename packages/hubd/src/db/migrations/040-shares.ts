import type { Knex } from 'knex';

/** Shares hang on the row of a server, which outlives its stops. Scopes are kept without a filter: it is the server's. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('shares', (t) => {
    t.increments('id');
    t.integer('server_id').notNullable().references('servers.id').onDelete('CASCADE');
    // One of the two.
    t.integer('user_id').references('users.id').onDelete('CASCADE').index();
    t.integer('group_id').references('groups.id').onDelete('CASCADE').index();
    t.text('scopes').notNullable();
    t.bigInteger('created').notNullable();
    t.unique(['server_id', 'user_id']);
    t.unique(['server_id', 'group_id']);
  });
  await db.schema.createTable('share_codes', (t) => {
    t.increments('id');
    t.integer('server_id').notNullable().references('servers.id').onDelete('CASCADE').index();
    t.string('hash').notNullable().unique();
    t.text('scopes').notNullable();
    t.bigInteger('created').notNullable();
    t.bigInteger('expires_at').notNullable().index();
    t.integer('exchange_count').notNullable().defaultTo(0);
    t.bigInteger('last_exchanged');
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['share_codes', 'shares']) await db.schema.dropTable(table);
}
