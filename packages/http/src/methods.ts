import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import type { Middleware } from 'koa';

export interface MethodsOptions {
  readonly base: string;
  /** Paths below the base that answer HEAD. */
  readonly head: readonly string[];
}

/** What the API says to other methods and other paths (peer's contract 2.1): OPTIONS 200, wrong method 405, HEAD 405, unknown 404. */
export function apiMethods(router: Router, options: MethodsOptions): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== options.base && !ctx.path.startsWith(`${options.base}/`)) return next();
    const known = router.match(ctx.path, ctx.method);
    if (known.path.length === 0) throw new TshubError('not_found', { what: ctx.path });
    if (ctx.method === 'OPTIONS') {
      ctx.status = 200;
      ctx.body = '';
      return undefined;
    }
    const headless = ctx.method === 'HEAD' && !options.head.includes(ctx.path.slice(options.base.length));
    if (known.pathAndMethod.length === 0 || headless) throw new TshubError('method_not_allowed');
    return next();
  };
}
