import type { Middleware } from 'koa';

export interface SecurityHeaders {
  /** Value of X-JupyterHub-Version: clients refuse to start on one that is no PEP 440 version. */
  readonly version: () => string;
  /** Where the API lives, such as `/hub/api`. */
  readonly apiBase: string;
}

/** Under the name that the peer uses; pages are the only ones that can have anything to report. */
const reportUri = 'report-uri /hub/security/csp-report';
const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  reportUri,
].join('; ');
const apiPolicy = `frame-ancestors 'none'; ${reportUri}; default-src 'none'`;

/** Headers of every answer, errors and redirects as well (peer's contract 2.1 and 5.4). */
export function securityHeaders(options: SecurityHeaders): Middleware {
  return async (ctx, next) => {
    const api = ctx.path === options.apiBase || ctx.path.startsWith(`${options.apiBase}/`);
    ctx.set('X-JupyterHub-Version', options.version());
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.set('Content-Security-Policy', api ? apiPolicy : pagePolicy);
    if (api) ctx.set('Access-Control-Allow-Headers', 'accept, content-type, authorization');
    await next();
    // Pages of the API (OAuth's confirmation) need what pages need.
    if (api && ctx.type === 'text/html') ctx.set('Content-Security-Policy', pagePolicy);
  };
}
