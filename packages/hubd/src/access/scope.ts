import { scopes, type ScopeName } from '@tshub/contract';

/** What a scope may be narrowed to. */
export type FilterKind = 'group' | 'server' | 'service' | 'user';

/** `read:users!user=ada`, taken apart. A short form (`!user`) has an empty value and is only legal before expansion. */
export interface ParsedScope {
  readonly name: ScopeName | CustomScopeName;
  readonly filter: { readonly kind: FilterKind; readonly value: string | null } | null;
}

const kinds: ReadonlySet<string> = new Set<FilterKind>(['group', 'server', 'service', 'user']);
const short: ReadonlySet<string> = new Set<FilterKind>(['server', 'service', 'user']);

/** A scope that the administrator made up for services; the hub itself asks for none (peer's contract 3.10). */
export type CustomScopeName = `custom:${string}`;

export function isScopeName(name: string): name is ScopeName {
  return Object.hasOwn(scopes, name);
}

export function isCustomName(name: string): name is CustomScopeName {
  return /^custom:[a-z0-9][a-z0-9_\-*:]+[a-z0-9_*]$/.test(name);
}

/** Null for what is no scope: an unknown name or a filter of another form. Whether a custom scope exists is not looked at. */
export function parseScope(text: string): ParsedScope | null {
  const mark = text.indexOf('!');
  const name = mark < 0 ? text : text.slice(0, mark);
  if (!isScopeName(name) && !isCustomName(name)) return null;
  if (mark < 0) return { name, filter: null };
  const filter = text.slice(mark + 1);
  const equals = filter.indexOf('=');
  const kind = equals < 0 ? filter : filter.slice(0, equals);
  if (!isKind(kind)) return null;
  if (equals < 0) return short.has(kind) ? { name, filter: { kind, value: null } } : null;
  const value = filter.slice(equals + 1);
  const fits = value !== '' && (kind !== 'server' || value.includes('/'));
  return fits ? { name, filter: { kind, value } } : null;
}

function isKind(kind: string): kind is FilterKind {
  return kinds.has(kind);
}

export function formatScope(
  name: string,
  filter: { readonly kind: FilterKind; readonly value: string } | null,
): string {
  return filter === null ? name : `${name}!${filter.kind}=${filter.value}`;
}

/** The user part of a server filter: `ada/lab` -> `ada`. */
export function userOfServer(value: string): string {
  return value.slice(0, value.indexOf('/'));
}

/** The scope, for the same person under a new name. */
export function renameInScope(text: string, from: string, to: string): string {
  const scope = parseScope(text);
  if (scope?.filter?.value == null) return text;
  const { kind, value } = scope.filter;
  if (kind === 'user' && value === from) return formatScope(scope.name, { kind, value: to });
  if (kind !== 'server' || userOfServer(value) !== from) return text;
  return formatScope(scope.name, { kind, value: to + value.slice(from.length) });
}
