import { scopes as inEnglish, type ScopeName } from '@tshub/contract';
import type { Access } from '../../access/access.ts';
import type { ParsedScope } from '../../access/scope.ts';
import { germanScopes } from './de-scopes.ts';
import { spoken } from './language.ts';

const english = Object.fromEntries(Object.entries(inEnglish).map(([name, { says }]) => [name, says]));

/** What scopes allow, in the language of whoever reads it. */
export const scopeWords = spoken<Readonly<Record<ScopeName, string>>>({
  en: english as Record<ScopeName, string>,
  de: germanScopes,
});

/** What a scope allows; one of the administrator's own says what they wrote. */
export function sayScope(access: Pick<Access, 'says'>, name: ParsedScope['name']): string {
  return name in scopeWords ? scopeWords[name as ScopeName] : access.says(name);
}
