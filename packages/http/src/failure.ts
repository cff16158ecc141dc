import { randomBytes } from 'node:crypto';
import { type ErrorCode, TshubError } from '@tshub/contract';
import type { Exchange } from './exchange.ts';

export interface PublicError {
  readonly status: number;
  readonly message: string;
  /** Of a failure inside: also in the journal, as TSHUB_ID. */
  readonly id?: string;
  /** Of an error of ours. */
  readonly code?: ErrorCode;
  /** When to come back, for whoever came too often. */
  readonly retryAfter?: number;
}

export interface FailureLog {
  error(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

export interface FailureOptions {
  readonly log: FailureLog;
  readonly newId?: () => string;
}

/** What may be said of an error; a failure of ours is written down. */
export function describeFailure(
  error: unknown,
  exchange: Pick<Exchange, 'method' | 'path'>,
  options: FailureOptions,
): PublicError {
  if (error instanceof TshubError && error.code !== 'internal') {
    const { status, message, code } = error;
    const seconds = error.params['seconds'];
    const retry = status === 429 && typeof seconds === 'number' ? { retryAfter: Math.ceil(seconds) } : undefined;
    return { status, message, code, ...retry };
  }
  // What Koa itself throws for a request that it cannot read.
  if (isExposed(error)) return { status: error.status, message: error.message };
  return reportFailure(error, exchange, options);
}

/** The body of an error's answer in the API. */
export function errorJson({ status, message }: PublicError): string {
  return JSON.stringify({ status, message });
}

function isExposed(error: unknown): error is { status: number; message: string } {
  return (
    error instanceof Error &&
    'expose' in error &&
    error.expose === true &&
    'status' in error &&
    typeof error.status === 'number'
  );
}

function reportFailure(
  error: unknown,
  { method, path }: Pick<Exchange, 'method' | 'path'>,
  options: FailureOptions,
): PublicError {
  const id = options.newId?.() ?? randomBytes(6).toString('hex');
  const shownPath = loggedPath(path);
  options.log.error(
    { event: 'request-failed', id, err: error, method, path: shownPath },
    `${method} ${shownPath} failed (id ${id})`,
  );
  const shown = new TshubError('internal', { id });
  return { status: shown.status, message: shown.message, id };
}

/** Without the query, which may hold a code or a token; the peer's oldest route has a token in its path. */
function loggedPath(path: string): string {
  return path.replace(/(\/authorizations\/(?:token|cookie)\/).*/, '$1…');
}
