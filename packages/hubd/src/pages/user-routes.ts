import type { Router } from '@koa/router';
import { escapeName, TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { holds, requireScope } from '../access/require.ts';
import type { Caller, Resource } from '../caller/caller.ts';
import { loginUrl } from '../login/next.ts';
import { type PageFrame, sendPage } from './layout.ts';
import type { PagesParts } from './parts.ts';
import { notRunningPage } from './spawn-page.ts';
import { nameServer, strings } from './strings.ts';
import { isOwner, pagePath } from './target.ts';
import { firstQuery, redirect, withNext } from './visit.ts';

/** Redirects of one visit before the hub says that something is wrong (peer's contract 7.6). */
const redirectLimit = 4;

/** `/hub/user/...`: a server's address for which proxyd has no route (peer's contract 7.4). Visiting starts nothing. */
export function makeUserPages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { servers, sessions } = parts;
  const wait = parts.wait ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));

  async function arrive(ctx: Context): Promise<void> {
    const isGet = ctx.method === 'GET' || ctx.method === 'HEAD';
    const caller = await parts.identify(ctx);
    if (caller === null) {
      if (!isGet) throw new TshubError('no_credentials');
      return redirect(ctx, loginUrl(ctx));
    }
    const { user: userName = '' } = ctx.params as { user?: string };
    const name = serverName(ctx, userName);
    requireScope(caller, ['access:servers'], parts.access.server(userName, name));
    const user = await parts.users.byName(userName);
    if (user === undefined) throw new TshubError('not_accessible');
    const server = servers.get(user.name, name);
    const here = ctx.url.slice('/hub'.length);
    if (server?.ready === true) return sendBack(ctx);
    const spawnUrl = withNext(pagePath('spawn', user.name, name), here);
    if (!isGet || wantsJson(ctx)) return answerJson(ctx, userName, spawnUrl);
    const isWaiting = server !== undefined && (server.pending !== null || server.failed);
    if (isWaiting) return redirect(ctx, withNext(pagePath('spawn-pending', user.name, name), here), 303);
    const heading = strings.notRunning.heading(nameServer(isOwner(caller, user), user.name, name));
    const view = {
      status: 424,
      heading,
      reason: server?.lastEnd ?? '',
      start: mayStart(caller, parts.access.server(user.name, name)) ? spawnUrl : null,
    };
    sendPage(frame, ctx, await sessions.read(ctx), notRunningPage(view));
  }

  /** The route is late or was lost: the browser tries again, after a while that grows. */
  async function sendBack(ctx: Context): Promise<void> {
    const count = Math.max(0, Number.parseInt(firstQuery(ctx, 'redirects') ?? '0', 10) || 0);
    if (count >= redirectLimit) {
      parts.log.warn(
        { path: ctx.path },
        `${ctx.path} leads to the hub again and again although the server is ready; its route is missing in the proxy`,
      );
      throw new TshubError('spawn_failed', {
        problem:
          'Redirect loop detected. The server is ready, but the proxy does not lead to it. Please tell the administrator.',
      });
    }
    await parts.repairRoutes?.().catch(() => undefined);
    if (count > 0) await wait(Math.min(2 ** count, 10) * 1000);
    const url = new URL(ctx.url, 'http://here.invalid');
    url.searchParams.set('redirects', String(count + 1));
    redirect(ctx, `${ctx.path.slice('/hub'.length)}${url.search}`);
  }

  /** The first segment is a named server's if there is one so called; else the path is the default server's. */
  function serverName(ctx: Context, user: string): string {
    const segment = decode(ctx.path.split('/')[4] ?? '');
    return segment !== '' && servers.get(user, segment) !== undefined ? segment : '';
  }

  return (router) => {
    router.all('/hub/user/:user{/*rest}', arrive);
  };
}

function mayStart(caller: Caller, server: Resource): boolean {
  return (['start:servers', 'servers'] as const).some((scope) => holds(caller.scopes, scope, server) === 'yes');
}

/** Scripts want to know, not to see: JupyterLab tells its user by this status. */
export function wantsJson(ctx: Context): boolean {
  return ctx.path.split('/').includes('api') || ctx.accepts('html', 'json') === 'json';
}

function answerJson(ctx: Context, user: string, spawnUrl: string): void {
  ctx.status = 424;
  ctx.type = 'application/json';
  const url = `${ctx.protocol}://${ctx.host}${spawnUrl.split('?')[0]}`;
  ctx.body = JSON.stringify({
    message: `JupyterHub server no longer running at /user/${escapeName(user)}/. Restart the server at ${url}`,
  });
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
