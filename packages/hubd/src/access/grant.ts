import { selfScopes, TshubError } from '@tshub/contract';
import type { Caller, ScopeSet } from '../caller/caller.ts';
import type { Access } from './access.ts';
import { ctlService } from './roles.ts';
import { parseScope } from './scope.ts';

type Grants = Pick<Access, 'expand' | 'scopesOf' | 'scopesOfRole'>;

/**
 * What a caller may give: what it holds. Only the token that tshubctl has with admin:roles gives more than it does itself, because
 * polkit was asked just that (org.tshub.hub.manage-roles), and what lets one be another person is not given over the bus.
 */
function givable({ scopesOf }: Grants, { owner, scopes }: Caller): ScopeSet {
  const isDecided = owner.kind === 'service' && owner.name === ctlService && scopes.has('admin:roles');
  return isDecided ? scopesOf(owner) : scopes;
}

/**
 * What of these raw scopes the caller does not hold for everybody. A filter is no excuse: whom `!group=` and `!user` cover
 * changes with time and with who holds the role.
 */
function missingToGrant(access: Grants, caller: Caller, raw: Iterable<string>): string[] {
  const held = givable(access, caller);
  const missing = new Set<string>();
  for (const text of raw) {
    const name = parseScope(text)?.name ?? text;
    const names = name === 'self' ? selfScopes : [name];
    // Neither `inherit` nor what is no scope expands to anything that could be held.
    const meant = name === 'inherit' ? [name] : [...names, ...access.expand(names, null)];
    for (const one of meant) if (!held.has(one)) missing.add(one);
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

/** Whether these raw scopes make their holder somebody who decides what others may do, or who can be anybody: by a token of theirs. */
export function makesAdministrators({ expand }: Pick<Grants, 'expand'>, raw: Iterable<string>): boolean {
  const expanded = expand(raw, null);
  return ['admin:roles', 'admin:users', 'tokens'].some((scope) => expanded.has(scope));
}
