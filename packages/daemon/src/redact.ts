/** What a record of the log must not hold, wherever it stands in it. */
export const secretNames: ReadonlySet<string> = new Set([
  'password',
  'token',
  'authorization',
  'cookie',
  'set-cookie',
  'client_secret',
  'secret',
  'JUPYTERHUB_API_TOKEN',
]);
/** How far down: deeper is nothing that we log. */
const deepest = 4;

/**
 * The record, or a copy of it in which secrets are `[redacted]`. Errors are as they are: of them describeError takes three fields.
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
  if (secretNames.has(key) || (key === 'code' && depth === 1)) return value === undefined ? value : '[redacted]';
  const isOpen = typeof value === 'object' && value !== null && !(value instanceof Error) && depth < deepest;
  if (!isOpen) return value;
  return Array.isArray(value) ? value.map((item, i) => cleaned(String(i), item, depth + 1)) : redact(value, depth + 1);
}
