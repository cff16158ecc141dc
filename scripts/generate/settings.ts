import { schema } from '@tshub/config';
import * as z from 'zod';

export interface Setting {
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
}

/** Every setting in the order of the schema, from the JSON schema of what an administrator may write. */
export function listSettings(): Setting[] {
  const top = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  return Object.entries(top.properties ?? {}).flatMap(([section, node]) =>
    Object.entries(node.properties ?? {}).map(([key, one]) => ({
      section,
      key,
      says: one.says ?? '',
      kind: kindOf(one),
      initial: one.default,
    })),
  );
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

/** A default as TOML. */
export function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key} = ${toml(inner)}`)
      .join(', ')} }`.replace('{  }', '{}');
  return JSON.stringify(value);
}
