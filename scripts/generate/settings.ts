import { schema } from '@tshub/config';
import * as z from 'zod';

export interface Setting {
  /** As TOML writes it: `[hub]`, `[roles.NAME]` for a table with names of one's own, `[[profiles]]` for a list of tables. */
  readonly section: string;
  readonly key: string;
  readonly says: string;
  readonly kind: string;
  readonly initial: unknown;
}

interface Node {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly default?: unknown;
  readonly says?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

/** Every setting in the order of the schema, from the JSON schema of what an administrator may write. */
export function listSettings(): Setting[] {
  const top = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  return Object.entries(top.properties ?? {}).flatMap(([name, node]) => settingsOf(name, node, `[${name}]`));
}

function settingsOf(path: string, node: Node, section: string): Setting[] {
  const named = node.additionalProperties;
  if (typeof named === 'object' && named.properties !== undefined)
    return settingsOf(`${path}.NAME`, named, `[${path}.NAME]`);
  if (node.items?.properties !== undefined) return settingsOf(path, node.items, `[[${path}]]`);
  const all = Object.entries(node.properties ?? {});
  const own = all.filter(([, one]) => !isTables(one));
  const below = all.filter(([, one]) => isTables(one));
  return [
    ...own.map(([key, one]) => ({ section, key, says: one.says ?? '', kind: kindOf(one), initial: initialOf(one) })),
    ...below.flatMap(([key, one]) => settingsOf(`${path}.${key}`, one, `[${path}.${key}]`)),
  ];
}

// Defaults of tables whose values are parsed into others do not come through the JSON schema; a table is empty unless said otherwise.
function initialOf(node: Node): unknown {
  return node.default ?? (node.type === 'object' ? {} : undefined);
}

/** Tables of settings of their own, rather than a value; what has a sentence of its own is told by that alone. */
function isTables(node: Node): boolean {
  const named = node.additionalProperties;
  if (node.says !== undefined) return false;
  return (typeof named === 'object' && named.properties !== undefined) || node.items?.properties !== undefined;
}

const kinds: Readonly<Record<string, string>> = {
  array: 'list',
  boolean: 'true or false',
  integer: 'whole number',
  number: 'number',
  object: 'table',
  string: 'text',
};

function kindOf(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(kindOf))].join(' or ');
  return kinds[String(node.type)] ?? 'text';
}

/** A default as TOML; what has none is shown empty. */
export function toml(value: unknown): string {
  if (value === undefined) return '""';
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key} = ${toml(inner)}`)
      .join(', ')} }`.replace('{  }', '{}');
  return JSON.stringify(value);
}
