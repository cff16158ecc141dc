import { randomBytes } from 'node:crypto';
import { type ErrorCode, TshubError } from '@tshub/contract';
import type { Context, Middleware } from 'koa';

export interface PublicError {
  readonly status: number;
  readonly message: string;
  /** Of a failure inside: also in the journal, as TSHUB_ID. */
  readonly id?: string;
  /** Of an error of ours. */
  readonly code?: ErrorCode;
}

export interface FailureLog {
  error(fields: Readonly<Record<string, unknown>>, sentence: string): void;
}

export interface ErrorBoundaryOptions {
  readonly log: FailureLog;
  readonly apiBase: string;
  /** Writes the error page; may look up who is logged in. */
  readonly renderPage: (ctx: Context, error: PublicError) => void | Promise<void>;
  readonly newId?: () => string;
}

/** For a handler below the API's base that answers people: its errors become pages. */
export function answerWithPages(ctx: Context): void {
  ctx.state['pages'] = true;
}

/** The one place where errors become answers: `{"status","message"}` below the API's base, a page elsewhere. */
export function errorBoundary(options: ErrorBoundaryOptions): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (ctx.res.headersSent || ctx.respond === false) throw error;
      const shown = describe(error, ctx, options);
      ctx.status = shown.status;
      setRetryAfter(ctx, error);
      // What is left of the body is not read.
      if (shown.status === 413) ctx.set('Connection', 'close');
      if (isApi(ctx, options.apiBase)) {
        ctx.type = 'application/json';
        ctx.body = JSON.stringify({ status: shown.status, message: shown.message });
      } else await renderOrPlain(ctx, shown, options);
      ctx.status = shown.status;
    }
  };
}

function isApi(ctx: Context, apiBase: string): boolean {
  return (ctx.path === apiBase || ctx.path.startsWith(`${apiBase}/`)) && ctx.state['pages'] !== true;
}

function describe(error: unknown, ctx: Context, options: ErrorBoundaryOptions): PublicError {
  if (error instanceof TshubError && error.code !== 'internal') {
    const { status, message, code } = error;
    return { status, message, code };
  }
  // What Koa itself throws for a request that it cannot read.
  if (isExposed(error)) return { status: error.status, message: error.message };
  return reportFailure(error, ctx, options);
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

function reportFailure(error: unknown, ctx: Context, options: ErrorBoundaryOptions): PublicError {
  const id = options.newId?.() ?? randomBytes(6).toString('hex');
  const path = loggedPath(ctx.path);
  options.log.error(
    { event: 'request-failed', id, err: error, method: ctx.method, path },
    `${ctx.method} ${path} failed (id ${id})`,
  );
  const shown = new TshubError('internal', { id });
  return { status: shown.status, message: shown.message, id };
}

/** Without the query, which may hold a code or a token; the peer's oldest route has a token in its path. */
function loggedPath(path: string): string {
  return path.replace(/(\/authorizations\/(?:token|cookie)\/).*/, '$1…');
}

/** A page about an error must not fail because of what made the error. */
async function renderOrPlain(ctx: Context, shown: PublicError, options: ErrorBoundaryOptions): Promise<void> {
  try {
    await options.renderPage(ctx, shown);
  } catch (error) {
    options.log.error(
      { event: 'request-failed', id: shown.id, err: error, path: ctx.path },
      'The error page itself failed; plain text was sent',
    );
    ctx.type = 'text/plain';
    ctx.body = `${shown.status} ${shown.message}\n`;
  }
}

function setRetryAfter(ctx: Context, error: unknown): void {
  if (!(error instanceof TshubError)) return;
  const seconds = error.params['seconds'];
  if (error.status === 429 && typeof seconds === 'number') ctx.set('Retry-After', String(Math.ceil(seconds)));
}
