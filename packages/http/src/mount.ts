import { TshubError } from '@tshub/contract';
import type { Context, Middleware } from 'koa';
import type { ApiRoutes } from './api-routes.ts';
import { send } from './send.ts';

/**
 * Serves the routes of the API below its base, to whoever asks by whatever means.
 * To others it says (peer's contract 2.1): OPTIONS 200, wrong method and most HEADs 405, unknown path 404.
 */
export function mountRoutes<Caller>(
  routes: ApiRoutes<Caller>,
  /** Who asks; null for nobody. Throws when a cookie came without its XSRF token. */
  identify: (ctx: Context) => Promise<Caller | null>,
): Middleware {
  const { base } = routes.options;
  return async (ctx, next) => {
    const { path, method } = ctx;
    if (!path.startsWith(base) || (path.length > base.length && path[base.length] !== '/')) return next();
    const found = routes.find(path.slice(base.length));
    if (found === undefined) throw new TshubError('not_found', { what: path });
    if (method === 'OPTIONS') {
      ctx.status = 200;
      ctx.body = '';
      return undefined;
    }
    const one = found.of(method);
    if (one === undefined) throw new TshubError('method_not_allowed');
    // For whoever counts requests by what they ask for.
    ctx.state['route'] = one.answering.path;
    const reply = await one.answering.run(ctx, one.params, () => identify(ctx));
    if (reply !== undefined) send(ctx, reply);
    return undefined;
  };
}
