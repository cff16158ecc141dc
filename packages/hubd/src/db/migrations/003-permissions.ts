import type { Knex } from 'knex';

/** Groups, roles and who holds them. `managed` says who looks after a row: the API (''), the settings, or the login. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('groups', (t) => {
    t.increments('id');
    t.string('name').notNullable().unique();
    t.text('properties').notNullable().defaultTo('{}');
    t.string('managed').notNullable().defaultTo('');
  });
  await db.schema.createTable('group_members', (t) => {
    t.integer('group_id').notNullable().references('groups.id').onDelete('CASCADE');
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE').index();
    t.primary(['group_id', 'user_id']);
  });
  await db.schema.createTable('roles', (t) => {
    t.increments('id');
    t.string('name').notNullable().unique();
    t.text('description').notNullable().defaultTo('');
    t.text('scopes').notNullable().defaultTo('[]');
    t.string('managed').notNullable().defaultTo('');
  });
  // One of the three holders each; services are known by name: the built-in ones have no row.
  await db.schema.createTable('role_holders', (t) => {
    t.increments('id');
    t.integer('role_id').notNullable().references('roles.id').onDelete('CASCADE').index();
    t.integer('user_id').references('users.id').onDelete('CASCADE').index();
    t.integer('group_id').references('groups.id').onDelete('CASCADE').index();
    t.string('service').index();
    t.unique(['role_id', 'user_id']);
    t.unique(['role_id', 'group_id']);
    t.unique(['role_id', 'service']);
  });
  await db.schema.alterTable('oauth_clients', (t) => {
    t.string('service');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('oauth_clients', (t) => {
    t.dropColumn('service');
  });
  for (const table of ['role_holders', 'roles', 'group_members', 'groups']) await db.schema.dropTable(table);
}
