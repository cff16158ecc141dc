import type { Router } from '@koa/router';
import { escapeName, serverPrefix, TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { loginUrl } from '../login/next.ts';
import { defaultTarget } from './default-target.ts';
import type { PagesParts } from './parts.ts';
import { redirect, visit } from './visit.ts';

const userRedirect = '/hub/user-redirect';

/** Addresses that only lead on (peer's contract 7.1). */
export function makeRedirects(parts: PagesParts): (router: Router) => void {
  async function root(ctx: Context): Promise<void> {
    if (ctx.path === '/hub') return redirect(ctx, `/hub/${ctx.search}`, 301);
    const session = await parts.sessions.read(ctx);
    redirect(ctx, session === null ? loginUrl(ctx) : defaultTarget(parts, ctx, session.user));
  }

  /** Links that work for everybody: `/hub/user-redirect/lab/tree/notes.ipynb` is on the visitor's own server. */
  async function toOwnServer(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { name } = visitor.session.user;
    const next = serverPrefix(name, '') + ctx.url.slice(userRedirect.length).replace(/^\/+/, '');
    redirect(ctx, `/hub/spawn/${escapeName(name)}?next=${encodeURIComponent(next)}`);
  }

  /** Whatever has no route comes here without the hub's prefix. */
  function intoHub(ctx: Context): void {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return refuse(ctx);
    if (/^\/(user|services)\/[^/]+$/.test(ctx.path)) return redirect(ctx, `${ctx.path}/${ctx.search}`, 301);
    redirect(ctx, `/hub${ctx.url}`);
  }

  return (router) => {
    router.get('/hub', root);
    router.get(/^\/hub\/user-redirect(\/.*)?$/, toOwnServer);
    router.all(/^\/(?!hub(\/|$))/, intoHub);
  };
}

/** Scripts of a page whose server has gone post to its address; the peer's answer to them is 403 about XSRF, which nobody understands. */
function refuse(ctx: Context): void {
  if (!ctx.path.startsWith('/user/')) throw new TshubError('not_found', { what: ctx.path });
  ctx.status = 424;
  ctx.type = 'application/json';
  ctx.body = JSON.stringify({ message: `JupyterHub server no longer running at ${ctx.path}` });
}
