import type { Settings } from '@tshub/config';
import type { CustomScopes } from './expand.ts';

/** The custom scopes of the settings, each with itself and everything below it (peer's contract 3.10). */
export function customScopes(rows: Settings['custom_scopes']): CustomScopes {
  const closure = (name: string, into: Set<string>): Set<string> => {
    if (into.has(name)) return into;
    into.add(name);
    for (const sub of rows[name]?.subscopes ?? []) closure(sub, into);
    return into;
  };
  return new Map(
    Object.entries(rows).map(([name, { description }]) => [
      name,
      { says: description, closure: [...closure(name, new Set())] },
    ]),
  );
}
