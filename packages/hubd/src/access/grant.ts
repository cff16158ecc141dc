import { selfScopes, TshubError } from '@tshub/contract';
import type { Caller } from '../caller/caller.ts';
import type { Access } from './access.ts';
import { parseScope } from './scope.ts';

type Grants = Pick<Access, 'expand' | 'scopesOfRole'>;

/**
 * What of these raw scopes the caller does not hold for everybody. A filter is no excuse: whom `!group=` and `!user` cover
 * changes with time and with who holds the role.
 */
function missingToGrant({ expand }: Grants, caller: Caller, raw: Iterable<string>): string[] {
  const missing = new Set<string>();
  for (const text of raw) {
    const name = parseScope(text)?.name ?? text;
    const names = name === 'self' ? selfScopes : [name];
    // Neither `inherit` nor what is no scope expands to anything that could be held.
    const meant = name === 'inherit' ? [name] : [...names, ...expand(names, null)];
    for (const one of meant) if (!caller.scopes.has(one)) missing.add(one);
  }
  return [...missing].toSorted();
}

/** Nobody gives away what they do not hold; throws forbidden with what is missing. */
export function requireGrantable(access: Grants, caller: Caller, raw: Iterable<string>): void {
  const missing = missingToGrant(access, caller, raw);
  if (missing.length === 0) return;
  throw new TshubError('forbidden', {
    problem: `Only what you hold yourself, for everybody, can be given, changed or taken; missing: ${missing.join(', ')}`,
  });
}

/** For what only administrators do (CVE-2024-41942): a token that holds less than the role admin is none of theirs. */
export function requireAdministrator(access: Grants, caller: Caller, problem: string): void {
  if (missingToGrant(access, caller, access.scopesOfRole('admin') ?? ['admin:users']).length === 0) return;
  throw new TshubError('forbidden', { problem });
}

/** Whether these raw scopes make their holder somebody who decides what others may do. */
export function makesAdministrators({ expand }: Grants, raw: Iterable<string>): boolean {
  const expanded = expand(raw, null);
  return expanded.has('admin:users') || expanded.has('admin:roles');
}
