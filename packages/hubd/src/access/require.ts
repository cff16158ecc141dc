import { TshubError, type ScopeName } from '@tshub/contract';
import type { Caller, Resource, ScopeSet } from '../caller/caller.ts';
import { type FilterKind, parseScope } from './scope.ts';

/** Whether a scope is held for a resource: yes, only for others (`filtered`), or not at all. */
export function holds(scopes: ScopeSet, scope: ScopeName, resource: Resource): 'yes' | 'filtered' | 'no' {
  if (scopes.has(scope) || coveringFilters(resource).some((filter) => scopes.has(`${scope}!${filter}`))) return 'yes';
  return hasSome(scopes, scope) ? 'filtered' : 'no';
}

/** The filters that cover a resource exactly, from narrow to wide. */
function coveringFilters(resource: Resource): string[] {
  switch (resource.kind) {
    case 'none':
      return [];
    case 'group':
      return [`group=${resource.group}`];
    case 'user':
      return [`user=${resource.user}`, ...groupFilters(resource.groups)];
    case 'server':
      return [`server=${resource.user}/${resource.server}`, `user=${resource.user}`, ...groupFilters(resource.groups)];
    case 'service':
      return [`service=${resource.service}`];
  }
}

function groupFilters(groups: ReadonlySet<string>): string[] {
  return [...groups].map((group) => `group=${group}`);
}

/** Whether a scope is held for anything at all. */
export function hasSome(scopes: ScopeSet, scope: ScopeName): boolean {
  if (scopes.has(scope)) return true;
  for (const held of scopes) if (held.startsWith(`${scope}!`)) return true;
  return false;
}

/**
 * Lets a caller pass who holds any of the scopes for the resource (peer's contract 3.6). Else throws not_accessible when one is held for
 * others, so that a missing resource looks like a forbidden one, and no_scope when none is held.
 */
export function requireScope(caller: Caller, anyOf: readonly ScopeName[], resource: Resource): void {
  const answers = anyOf.map((scope) => holds(caller.scopes, scope, resource));
  if (answers.includes('yes')) return;
  throw answers.includes('filtered') ? new TshubError('not_accessible') : noScope(anyOf);
}

/** For lists: any form will do, the handler shows what the form covers. */
export function requireSome(caller: Caller, anyOf: readonly ScopeName[]): void {
  if (!anyOf.some((scope) => hasSome(caller.scopes, scope))) throw noScope(anyOf);
}

/** What a list may hold: everything, or what the filters of the scope name. */
export type Listable = 'all' | Readonly<Record<FilterKind, readonly string[]>>;

/** Throws no_scope when the scope is held for nothing of these kinds: `list:groups!user=ada` lists no groups. */
export function listable(caller: Caller, scope: ScopeName, kinds: readonly FilterKind[]): Listable {
  if (caller.scopes.has(scope)) return 'all';
  const found: Record<FilterKind, string[]> = { group: [], server: [], service: [], user: [] };
  for (const text of caller.scopes) {
    const filter = text.startsWith(`${scope}!`) ? parseScope(text)?.filter : null;
    if (filter?.value != null && kinds.includes(filter.kind)) found[filter.kind].push(filter.value);
  }
  if (kinds.every((kind) => found[kind].length === 0)) throw noScope([scope]);
  return found;
}

function noScope(anyOf: readonly ScopeName[]): TshubError {
  return new TshubError('no_scope', { scopes: anyOf.join(', ') });
}
