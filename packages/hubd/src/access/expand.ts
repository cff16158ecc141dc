import { scopes, selfScopes, type ScopeName } from '@tshub/contract';
import type { Owner, ScopeSet } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import { formatScope, isScopeName, parseScope, type FilterKind, type ParsedScope } from './scope.ts';

export interface ExpandContext {
  /** Whom `self` and `!user` stand for. */
  readonly owner: Owner | null;
  /** What `!server` and `!service` stand for: the client that a token was issued to. */
  readonly client?: Pick<OAuthClient, 'server' | 'service'> | null;
  /** Custom scopes of the settings, each with itself and everything below it; none if not said. */
  readonly custom?: CustomScopes;
}

export type CustomScopes = ReadonlyMap<string, { readonly says: string; readonly closure: readonly string[] }>;

type Filter = { readonly kind: FilterKind; readonly value: string } | null;

const closures = new Map((Object.keys(scopes) as ScopeName[]).map((name) => [name, closureOf(name)]));

/** A scope and everything below it. */
function closureOf(name: ScopeName): readonly ScopeName[] {
  const found = new Set<ScopeName>();
  const visit = (one: ScopeName): void => {
    if (found.has(one)) return;
    found.add(one);
    for (const sub of scopes[one].sub) visit(sub as ScopeName);
  };
  visit(name);
  return [...found];
}

/** Raw scopes -> what they stand for (peer's contract 3.3). What is no scope, or has nothing to stand for, is dropped. `inherit` is kept as it is. */
export function expandScopes(raw: Iterable<string>, context: ExpandContext): ScopeSet {
  const expanded = new Set<string>();
  for (const text of raw) {
    const scope = parseScope(text);
    if (scope !== null) addExpanded(expanded, scope, context);
  }
  return reduceScopes(expanded);
}

function addExpanded(into: Set<string>, scope: ParsedScope, context: ExpandContext): void {
  if (scope.name === 'self') {
    const { owner } = context;
    // A filtered `self` would be someone else's self; there is no such thing.
    if (owner?.kind !== 'user' || !(scope.filter === null || scope.filter.value === null)) return;
    for (const name of selfScopes) addClosure(into, name, { kind: 'user', value: owner.name });
    return;
  }
  const filter = resolveFilter(scope, context);
  if (filter !== undefined) addClosure(into, scope.name, filter, context.custom);
}

/** Undefined when a short form has nothing to stand for. */
function resolveFilter(scope: ParsedScope, { owner, client }: ExpandContext): Filter | undefined {
  if (scope.filter === null) return null;
  const { kind, value } = scope.filter;
  if (value !== null) return { kind, value };
  if (kind === 'user' && owner?.kind === 'user') return { kind, value: owner.name };
  if (kind === 'service' && owner?.kind === 'service') return { kind, value: owner.name };
  if (kind === 'service' && client?.service) return { kind, value: client.service };
  if (kind === 'server' && client?.server) return { kind, value: `${client.server.user}/${client.server.server}` };
  return undefined;
}

function addClosure(into: Set<string>, name: ParsedScope['name'], filter: Filter, custom?: CustomScopes): void {
  const closure: readonly string[] = (isScopeName(name) ? closures.get(name) : custom?.get(name)?.closure) ?? [];
  for (const sub of closure) {
    // Whoever may read one server must not learn about its user by that.
    if (filter?.kind === 'server' && sub !== name && sub.startsWith('read:user')) continue;
    into.add(formatScope(sub, filter));
  }
}

/** An unfiltered scope swallows its filtered forms. */
export function reduceScopes(expanded: Iterable<string>): ScopeSet {
  const all = new Set(expanded);
  for (const text of all) {
    const mark = text.indexOf('!');
    if (mark > 0 && all.has(text.slice(0, mark))) all.delete(text);
  }
  return all;
}
