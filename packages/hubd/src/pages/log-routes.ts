import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { logScopes } from '../servers/log-readers.ts';
import { type PageFrame, sendPage } from './layout.ts';
import { logPage } from './log-page.ts';
import type { PagesParts } from './parts.ts';
import { nameServer, strings } from './strings.ts';
import { findTarget } from './target.ts';
import { visit } from './visit.ts';

/** As much as a browser shows without effort. */
const length = 500;

/** `/hub/log`: what a server wrote. For whoever may start and stop it: a log may hold more than its reader should do (peer's contract 12, 1). */
export function makeLogPages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  async function show(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { user: userName, server } = ctx.params as { user?: string; server?: string };
    const { user, name, isOwn } = await findTarget(parts, visitor.caller, logScopes, userName, server);
    const lines = await parts.servers.log(user.name, name, length);
    const title = strings.log.title(nameServer(isOwn, user.name, name));
    sendPage(frame, ctx, visitor.session, logPage({ title, lines, isFull: lines.length >= length }));
  }

  return (router) => router.get('/hub/log{/:user}{/:server}', show);
}
