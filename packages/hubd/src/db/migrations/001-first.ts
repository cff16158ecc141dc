import type { Knex } from 'knex';

/** Times are integers: milliseconds since 1970. Names are stored as they are compared: exactly. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('users', (t) => {
    t.increments('id');
    t.string('name').notNullable().unique();
    t.boolean('admin').notNullable().defaultTo(false);
    t.bigInteger('created').notNullable();
    t.bigInteger('last_activity').index();
    t.string('cookie_id').notNullable().unique();
  });
  await db.schema.createTable('servers', (t) => {
    t.increments('id');
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE');
    t.string('name').notNullable();
    // A start that was begun and not finished is seen at the next start of the hub: active, with no invocation.
    t.boolean('active').notNullable().defaultTo(false).index();
    t.bigInteger('started');
    t.bigInteger('last_activity');
    t.text('options').notNullable().defaultTo('{}');
    t.string('profile').notNullable().defaultTo('');
    t.string('invocation').notNullable().defaultTo('');
    t.string('target').notNullable().defaultTo('');
    t.integer('uid');
    t.text('last_end').notNullable().defaultTo('');
    t.boolean('failed').notNullable().defaultTo(false);
    t.integer('token_id');
    t.unique(['user_id', 'name']);
  });
  await db.schema.createTable('oauth_clients', (t) => {
    t.string('id').primary();
    t.string('secret_hash').notNullable();
    t.string('description').notNullable();
    t.string('redirect_uri').notNullable();
    t.text('allowed_scopes').notNullable();
    t.string('server_user');
    t.string('server_name');
  });
  await db.schema.createTable('tokens', (t) => {
    t.increments('id');
    t.integer('user_id').references('users.id').onDelete('CASCADE').index();
    t.string('service').index();
    // The first characters of the text, to find the row by; the rest is only there as a hash.
    t.string('prefix').notNullable().index();
    t.string('hash').notNullable();
    t.text('scopes').notNullable();
    t.string('client_id').references('oauth_clients.id').onDelete('CASCADE').index();
    t.string('session_id').index();
    t.string('note').notNullable().defaultTo('');
    t.bigInteger('created').notNullable();
    t.bigInteger('expires_at').index();
    t.bigInteger('last_activity');
  });
  await db.schema.createTable('oauth_codes', (t) => {
    t.string('hash').primary();
    t.string('client_id').notNullable().references('oauth_clients.id').onDelete('CASCADE');
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE');
    t.string('session_id').notNullable();
    t.string('redirect_uri').notNullable();
    t.text('scopes').notNullable();
    t.string('challenge');
    t.string('challenge_method');
    t.bigInteger('expires_at').notNullable().index();
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['oauth_codes', 'tokens', 'oauth_clients', 'servers', 'users']) await db.schema.dropTable(table);
}
