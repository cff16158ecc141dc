import type { Knex } from 'knex';

/** Hashes of another hub's tokens that came along once: what was revoked here does not come back with a second import. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('imported_tokens', (t) => {
    t.string('hash').primary();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('imported_tokens');
}
