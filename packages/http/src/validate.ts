import type { ParsedUrlQuery } from 'node:querystring';
import { TshubError } from '@tshub/contract';
import type * as z from 'zod';

/** Parses what came in; throws bad_request that names the field, what was expected and what was found. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown, what: 'body' | 'query'): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? what : issue.path.map(String).join('.');
  throw new TshubError('bad_request', { problem: `Invalid ${where}: ${issue?.message ?? 'not what was expected'}` });
}

/** One text per name; of several the last counts, as with the peer. */
export function plainQuery(query: ParsedUrlQuery): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) plain[name] = last;
  }
  return plain;
}
