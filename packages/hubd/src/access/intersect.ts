import type { ScopeSet } from '../caller/caller.ts';
import { reduceScopes } from './expand.ts';
import { formatScope, parseScope, userOfServer, type FilterKind } from './scope.ts';

interface Held {
  all: boolean;
  readonly filters: Map<FilterKind, Set<string>>;
}

/** In which groups a user is; what `!group=` covers depends on it. */
export type GroupsOf = (user: string) => ReadonlySet<string>;

/** What both sets allow (peer's contract 3.5); never wider than either. Both must be expanded. */
export function intersectScopes(a: ScopeSet, b: ScopeSet, groupsOf: GroupsOf): ScopeSet {
  const left = group(a);
  const right = group(b);
  const common: string[] = [];
  for (const [name, mine] of left) {
    const theirs = right.get(name);
    if (theirs !== undefined) common.push(...intersectHeld(name, mine, theirs, groupsOf));
  }
  return reduceScopes(common);
}

/** Whether everything in `inner` is also in `outer`. */
export function isWithin(inner: ScopeSet, outer: ScopeSet, groupsOf: GroupsOf): boolean {
  const common = intersectScopes(inner, outer, groupsOf);
  return [...inner].every((scope) => common.has(scope));
}

function group(scopes: ScopeSet): Map<string, Held> {
  const grouped = new Map<string, Held>();
  for (const text of scopes) {
    const scope = parseScope(text);
    if (scope === null) continue;
    let held = grouped.get(scope.name);
    if (held === undefined) grouped.set(scope.name, (held = { all: false, filters: new Map() }));
    if (scope.filter === null) held.all = true;
    else if (scope.filter.value !== null) valuesOf(held, scope.filter.kind).add(scope.filter.value);
  }
  return grouped;
}

function valuesOf(held: Held, kind: FilterKind): Set<string> {
  let values = held.filters.get(kind);
  if (values === undefined) held.filters.set(kind, (values = new Set()));
  return values;
}

function intersectHeld(name: string, a: Held, b: Held, groupsOf: GroupsOf): string[] {
  if (a.all && b.all) return [name];
  if (a.all) return format(name, b);
  if (b.all) return format(name, a);
  // Of two filters the narrower one is what both cover: a server within a user, either of them within a group.
  return [...narrowed(name, a, b, groupsOf), ...narrowed(name, b, a, groupsOf)];
}

/** What of `held` is covered by `by`. */
function narrowed(name: string, held: Held, by: Held, groupsOf: GroupsOf): string[] {
  const found: string[] = [];
  for (const [kind, values] of held.filters) {
    for (const value of values) {
      if (covers(by, kind, value, groupsOf)) found.push(formatScope(name, { kind, value }));
    }
  }
  return found;
}

function covers({ filters }: Held, kind: FilterKind, value: string, groupsOf: GroupsOf): boolean {
  if (filters.get(kind)?.has(value) === true) return true;
  if (kind !== 'server' && kind !== 'user') return false;
  const user = kind === 'server' ? userOfServer(value) : value;
  if (kind === 'server' && filters.get('user')?.has(user) === true) return true;
  const groups = filters.get('group');
  return groups !== undefined && [...groupsOf(user)].some((group) => groups.has(group));
}

function format(name: string, held: Held): string[] {
  return [...held.filters].flatMap(([kind, values]) => [...values].map((value) => formatScope(name, { kind, value })));
}
