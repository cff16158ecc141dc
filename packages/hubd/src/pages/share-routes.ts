import type { Router } from '@koa/router';
import { serverPrefix } from '@tshub/contract';
import type { Context } from 'koa';
import { type PageFrame, sendPage } from './layout.ts';
import type { PagesParts } from './parts.ts';
import { sharePage } from './share-page.ts';
import { inWords } from './shares-views.ts';
import { firstQuery, nextOf, redirect, visit, withNext } from './visit.ts';

/** `/hub/accept-share?code=…`: what a link of somebody who shares a server leads to. Asks first, because whoever made the link chose it. */
export function makeSharePages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { acceptShare } = parts;

  async function show(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const code = firstQuery(ctx, 'code') ?? '';
    const { server, scopes } = await acceptShare.look(visitor.session.user, code);
    const page = sharePage({
      owner: server.user,
      server: server.name,
      rights: inWords(parts, scopes),
      code,
      action: withNext('/hub/accept-share', nextOf(parts, ctx)),
      token: parts.xsrf.token(ctx, visitor.session),
    });
    sendPage(frame, ctx, visitor.session, page);
  }

  async function accept(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const code = visitor.form.get('code') ?? firstQuery(ctx, 'code') ?? '';
    const { server } = await acceptShare.accept(visitor.session.user, code, ctx.ip);
    redirect(ctx, nextOf(parts, ctx) ?? serverPrefix(server.user, server.name));
  }

  return (router) => {
    router.get('/hub/accept-share', show);
    router.post('/hub/accept-share', accept);
  };
}
