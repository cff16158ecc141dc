import type { Access } from '../access/access.ts';
import { parseScope } from '../access/scope.ts';
import { sayScope } from './languages/scopes.ts';
import type { Owner } from '../caller/caller.ts';

/** A scope that can be chosen for a token. */
export interface ScopeChoice {
  readonly scope: string;
  /** What it allows, in words. */
  readonly says: string;
  /** What it is about: '' for one's own account, `everybody`, or the filter as it is written. */
  readonly about: string;
}

export interface ScopeChoices {
  /** What is not a part of something else that can be chosen. */
  readonly whole: readonly ScopeChoice[];
  readonly parts: readonly ScopeChoice[];
}

/** As many as a form can show; whoever holds more may write them. */
const limit = 200;

/** What somebody may give to a token: what they hold themselves. */
export function scopeChoices(
  access: Pick<Access, 'expand' | 'says' | 'scopesOf'>,
  owner: Owner & { readonly kind: 'user' },
  everybody: string,
): ScopeChoices {
  const held = [...access.scopesOf(owner)].toSorted().slice(0, limit);
  const inOthers = new Set<string>();
  for (const scope of held) {
    for (const part of access.expand([scope], owner)) if (part !== scope) inOthers.add(part);
    // What is held about everybody is held about oneself too.
    const [name = '', filter] = scope.split('!', 2);
    if (filter !== undefined && held.includes(name)) inOthers.add(scope);
  }
  const choices = held.map((scope) => choiceOf(access, scope, owner.name, everybody));
  return {
    whole: choices.filter(({ scope }) => !inOthers.has(scope)),
    parts: choices.filter(({ scope }) => inOthers.has(scope)),
  };
}

/** A scope in words. */
export function choiceOf(access: Pick<Access, 'says'>, scope: string, user: string, everybody: string): ScopeChoice {
  const parsed = parseScope(scope);
  if (parsed === null) return { scope, says: scope, about: '' };
  const { name, filter } = parsed;
  const isOwn = filter?.kind === 'user' && (filter.value === user || filter.value === null);
  const about = isOwn ? '' : filter === null ? everybody : `${filter.kind} ${filter.value ?? ''}`;
  return { scope, says: sayScope(access, name), about };
}
