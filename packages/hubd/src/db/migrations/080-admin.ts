import type { Knex } from 'knex';

/** What was done and by whom, for the pages of administrators; the journal is the record (docs/design/decisions/0013). */
export async function up(db: Knex): Promise<void> {
  // An order that the administrator's list of users is paged in; the others had their index before.
  await db.schema.alterTable('users', (t) => {
    t.index('created');
  });
  await db.schema.createTable('audit', (t) => {
    t.increments('id');
    t.bigInteger('at').notNullable();
    t.string('event').notNullable();
    // Which bound it counts against: changes are few and worth keeping, servers and logins come and go.
    t.string('kind').notNullable();
    // Names as they were: whoever did it, or whom it was done to, may be gone.
    t.string('user').notNullable().defaultTo('');
    t.string('by').notNullable().defaultTo('');
    t.string('from').notNullable().defaultTo('');
    t.string('via').notNullable().defaultTo('');
    t.text('says').notNullable();
    t.index(['user', 'id']);
    t.index(['by', 'id']);
    t.index(['kind', 'id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('audit');
  await db.schema.alterTable('users', (t) => {
    t.dropIndex('created');
  });
}
