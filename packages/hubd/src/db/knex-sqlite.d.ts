/** knex's own client for SQLite: its types name only what all clients have in common. */
declare module 'knex/lib/dialects/sqlite3/index.js' {
  import type { Knex } from 'knex';
  const SqliteClient: typeof Knex.Client;
  export = SqliteClient;
}
