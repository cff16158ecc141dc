import type { Context, Middleware } from 'koa';
import { describeFailure, errorJson, type FailureOptions, type PublicError } from './failure.ts';

export interface ErrorBoundaryOptions extends FailureOptions {
  readonly apiBase: string;
  /** Writes the error page; may look up who is logged in. */
  readonly renderPage: (ctx: Context, error: PublicError) => void | Promise<void>;
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
      const shown = describeFailure(error, ctx, options);
      ctx.status = shown.status;
      if (shown.retryAfter !== undefined) ctx.set('Retry-After', String(shown.retryAfter));
      // What is left of the body is not read.
      if (shown.status === 413) ctx.set('Connection', 'close');
      if (isApi(ctx, options.apiBase)) {
        ctx.type = 'application/json';
        ctx.body = errorJson(shown);
      } else await renderOrPlain(ctx, shown, options);
      ctx.status = shown.status;
    }
  };
}

function isApi(ctx: Context, apiBase: string): boolean {
  return (ctx.path === apiBase || ctx.path.startsWith(`${apiBase}/`)) && ctx.state['pages'] !== true;
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
