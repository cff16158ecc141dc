import { describeError } from './describe-error.ts';
import { censored, isSecret } from './secret-names.ts';

/** How far down a record is written; a circle ends here too. */
const deepest = 6;

/**
 * The record, or a copy of it in which secrets are `[redacted]` and errors are described: their own fields may be secrets.
 * pino's own `redact` looks for every path in every record, at thirty times the cost of writing it.
 */
export function redact(record: object, depth = 1): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(record)) {
    const clean = cleaned(key, value, depth);
    if (clean !== value) (copy ??= { ...record })[key] = clean;
  }
  return copy ?? (record as Record<string, unknown>);
}

function cleaned(key: string, value: unknown, depth: number): unknown {
  // `code` alone is an OAuth code; deeper it is an error's code and worth reading.
  if (isSecret(key, value) || (key === 'code' && depth === 1 && value !== undefined)) return censored;
  if (typeof value !== 'object' || value === null) return value;
  // These two of a record are described as it is written, whatever was thrown.
  if (value instanceof Error) return depth === 1 && (key === 'error' || key === 'err') ? value : describeError(value);
  if (depth >= deepest) return '[deeper]';
  if ('toJSON' in value && typeof value.toJSON === 'function') return cleaned(key, value.toJSON(), depth + 1);
  return Array.isArray(value) ? value.map((item, i) => cleaned(String(i), item, depth + 1)) : redact(value, depth + 1);
}
