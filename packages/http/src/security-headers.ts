import type { Context, Middleware } from 'koa';

export interface SecurityHeaders {
  /** Value of X-JupyterHub-Version: clients refuse to start on one that is no PEP 440 version. */
  readonly version: () => string;
  /** Where the API lives, such as `/hub/api`. */
  readonly apiBase: string;
}

/** Where browsers tell of what the policy forbade. */
const reportPath = '/hub/security/csp-report';

const pagePolicy = (formTargets: readonly string[]): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    `report-uri ${reportPath}`,
  ].join('; ');
const apiPolicy = `frame-ancestors 'none'; report-uri ${reportPath}; default-src 'none'`;

/** Lets the form of a page lead to another origin: browsers ask the policy about redirects of a form as well. */
export function allowFormTarget(ctx: Context, url: string): void {
  if (URL.canParse(url)) ctx.state['formTargets'] = [new URL(url).origin];
}

function targetsOf(ctx: Context): readonly string[] {
  return (ctx.state['formTargets'] as readonly string[] | undefined) ?? [];
}

/** Headers of what the API answers, names and values in turn; for answers without Koa. */
export function apiHeaders(version: string): readonly string[] {
  return Object.entries(headersOf(version, true)).flat();
}

function headersOf(version: string, api: boolean): Readonly<Record<string, string>> {
  return {
    'X-JupyterHub-Version': version,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Content-Security-Policy': api ? apiPolicy : pagePolicy([]),
    ...(api ? { 'Access-Control-Allow-Headers': 'accept, content-type, authorization' } : {}),
  };
}

/** Headers of every answer, errors and redirects as well (peer's contract 2.1 and 5.4). */
export function securityHeaders(options: SecurityHeaders): Middleware {
  return async (ctx, next) => {
    const api = ctx.path === options.apiBase || ctx.path.startsWith(`${options.apiBase}/`);
    ctx.set(headersOf(options.version(), api));
    await next();
    // Pages of the API (OAuth's confirmation) need what pages need.
    if (api && ctx.type === 'text/html') ctx.set('Content-Security-Policy', pagePolicy(targetsOf(ctx)));
  };
}
