import type * as z from 'zod';
import { suggest } from './suggest.ts';

/** Dotted key -> the file that set it. */
export type Origin = Map<string, string>;

/** `/etc/tshub/tshub.toml: proxy.max_connections: expected a number, found "80a"` */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown, origin: Origin, file: string): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => {
        const path = [...issue.path, key].map(String);
        return `${originOf(path, origin, file)}: ${path.join('.')}: expected a known key, found ${JSON.stringify(key)}; ${suggest(path)}`;
      })
      .join('\n');
  }
  const path = issue.path.map(String);
  return `${originOf(path, origin, file)}: ${path.join('.')}: ${expected(issue)}, found ${found(input, issue.path)}`;
}

/** The file that set a key, or one of the tables that it is in. */
export function originOf(path: readonly string[], origin: Origin, file: string): string {
  for (let length = path.length; length > 0; length--) {
    const from = origin.get(path.slice(0, length).join('.'));
    if (from !== undefined) return from;
  }
  return file;
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a table',
  record: 'a table',
  string: 'a text in quotes',
};

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `expected at least ${String(issue.minimum)}${issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : issue.inclusive === false ? ' (exclusive)' : ''}`;
    case 'too_big':
      return `expected at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'invalid_union': {
      const inner =
        issue.errors.flat().find((one) => one.code === 'custom' || one.code === 'invalid_format') ??
        issue.errors.flat()[0];
      return inner === undefined ? 'expected another value' : expected(inner);
    }
    default:
      return issue.message.startsWith('expected') ? issue.message : issue.message.replace(/^Invalid input: /, '');
  }
}

function found(input: unknown, path: readonly PropertyKey[]): string {
  let value = input;
  for (const key of path)
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  if (value === undefined) return 'nothing';
  const text =
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner)) ??
    String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
