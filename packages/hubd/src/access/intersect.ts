import type { ScopeSet } from '../caller/caller.ts';
import { reduceScopes } from './expand.ts';
import { formatScope, parseScope, userOfServer, type FilterKind } from './scope.ts';

interface Held {
  all: boolean;
  readonly filters: Map<FilterKind, Set<string>>;
}

/** What both sets allow (peer's contract 3.5); never wider than either. Both must be expanded. */
export function intersectScopes(a: ScopeSet, b: ScopeSet): ScopeSet {
  const left = group(a);
  const right = group(b);
  const common: string[] = [];
  for (const [name, mine] of left) {
    const theirs = right.get(name);
    if (theirs !== undefined) common.push(...intersectHeld(name, mine, theirs));
  }
  return reduceScopes(common);
}

/** Whether everything in `inner` is also in `outer`. */
export function isWithin(inner: ScopeSet, outer: ScopeSet): boolean {
  const common = intersectScopes(inner, outer);
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

function intersectHeld(name: string, a: Held, b: Held): string[] {
  if (a.all && b.all) return [name];
  if (a.all) return format(name, b);
  if (b.all) return format(name, a);
  const common: string[] = [];
  for (const [kind, values] of a.filters) {
    for (const value of values) if (covers(b, kind, value)) common.push(formatScope(name, { kind, value }));
  }
  // What is narrower on the other side: a server within a user of this one.
  for (const value of b.filters.get('server') ?? []) {
    if (a.filters.get('user')?.has(userOfServer(value)) === true)
      common.push(formatScope(name, { kind: 'server', value }));
  }
  return common;
}

function covers(held: Held, kind: FilterKind, value: string): boolean {
  if (held.filters.get(kind)?.has(value) === true) return true;
  return kind === 'server' && held.filters.get('user')?.has(userOfServer(value)) === true;
}

function format(name: string, held: Held): string[] {
  return [...held.filters].flatMap(([kind, values]) => [...values].map((value) => formatScope(name, { kind, value })));
}
