import * as first from './001-first.ts';

/** The migrations in order; an imported list, because a folder scan does not survive bundling. */
export const migrations = [{ name: '001-first', ...first }] as const;
