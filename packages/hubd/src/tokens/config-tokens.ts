import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Knex } from 'knex';
import type { UsersStore } from '../users/user.ts';
import { hashSecret, prefixOf } from './token-text.ts';

export interface ConfigTokensParts {
  readonly db: Knex;
  readonly clock: { now(): number };
  readonly settings: Pick<Settings, 'tokens'>;
  /** The texts, by the names of the settings. */
  readonly texts: Readonly<Record<string, string>>;
  readonly users: Pick<UsersStore, 'add' | 'byName'>;
  /** Whether there is such a scope. */
  readonly knows: (scope: string) => boolean;
}

interface Row {
  readonly id: number;
  readonly configured: string;
  readonly user_id: number;
  readonly hash: string;
  readonly scopes: string;
  readonly note: string;
}

/** Makes tokens what tshub.toml says; one that left the file goes. At the start, before anybody has looked one up. Throws config_invalid. */
export async function applyConfigTokens(parts: ConfigTokensParts): Promise<void> {
  const { db, clock, settings, texts, users } = parts;
  const kept = new Set<number>();
  const there: Row[] = await db('tokens').whereNotNull('configured').select('*');
  for (const [name, { user, scopes, note }] of Object.entries(settings.tokens)) {
    const unknown = scopes.filter((scope) => !parts.knows(scope));
    if (unknown.length > 0)
      throw new TshubError('config_invalid', {
        problem: `tshub.toml: tokens.${name}.scopes: no such scope: ${unknown.join(', ')}`,
      });
    await users.add([user], false);
    const owner = await users.byName(user);
    if (owner === undefined) throw new Error(`the user of the token ${name} was not made`);
    const hash = hashSecret(texts[name] ?? '');
    const wanted = { user_id: owner.id, hash, scopes: JSON.stringify(scopes), note };
    const same = there.find((row) => row.configured === name && isSame(row, wanted));
    if (same === undefined) {
      const row = { ...wanted, configured: name, prefix: prefixOf(texts[name] ?? ''), created: clock.now() };
      const [added]: Array<{ id: number }> = await db('tokens').insert(row).returning('id');
      if (added !== undefined) kept.add(added.id);
    } else kept.add(same.id);
  }
  const gone = there.filter(({ id }) => !kept.has(id));
  for (const { id } of gone) await db('tokens').where({ id }).del();
}

function isSame(row: Row, wanted: Pick<Row, 'hash' | 'note' | 'scopes' | 'user_id'>): boolean {
  return (
    row.hash === wanted.hash &&
    row.note === wanted.note &&
    row.scopes === wanted.scopes &&
    row.user_id === wanted.user_id
  );
}
