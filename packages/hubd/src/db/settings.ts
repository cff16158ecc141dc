/** What every database is opened with. */
export const common = {
  // An error holds the statement, never its values: it goes to the journal, and values may be secrets.
  compileSqlOnError: false,
  // What goes wrong is thrown; saying it twice helps nobody.
  log: { warn: () => undefined, error: () => undefined, deprecate: () => undefined, debug: () => undefined },
  // One writer, one connection: statements are in the order in which they were asked for.
  pool: { min: 1, max: 1 },
} as const;
