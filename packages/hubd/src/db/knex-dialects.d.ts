/** knex's own clients: their types name only what all clients have in common. */
declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';
  const PostgresClient: typeof Knex.Client;
  export = PostgresClient;
}
declare module 'knex/lib/dialects/sqlite3/index.js' {
  import type { Knex } from 'knex';
  const SqliteClient: typeof Knex.Client;
  export = SqliteClient;
}
