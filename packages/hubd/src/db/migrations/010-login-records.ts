import type { Knex } from 'knex';

/** What a login leaves of a user: how they came in, what is known of the person, and the provider's secrets, encrypted. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('login_records', (t) => {
    t.integer('user_id').primary().references('users.id').onDelete('CASCADE');
    t.string('authenticator').notNullable().index();
    t.text('user_info');
    t.text('auth_state');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('login_records');
}
