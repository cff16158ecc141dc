import type { Router } from '@koa/router';
import { type LiveLimit, liveLimits, readLiveLimit, TshubError } from '@tshub/contract';
import { type Form } from '@tshub/http';
import type { Context } from 'koa';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { firstQuery } from '../visit.ts';
import { type Desk, type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { doForm, noticeOf } from './forms.ts';
import { limitsPage } from './limits-page.ts';
import type { Loads } from './load.ts';
import { userPath } from './server-part.ts';
import { showServer } from './users-routes.ts';
import { nameIn } from './paths.ts';

/** `/hub/admin/users/NAME/limits`: limits of a running server, changed as `tshubctl server set-limit` does. */
export function makeLimitsPage(parts: PagesParts, frame: PageFrame, loads: Loads): (router: Router) => void {
  async function show(ctx: Context, visitor: DeskVisit, name: string, problem?: string): Promise<void> {
    const { desk, form } = visitor;
    const user = nameIn(ctx);
    if (!desk.may('admin:servers', parts.access.server(user, name))) throw new TshubError('not_accessible');
    const server = parts.servers.get(user, name);
    if (server === undefined) throw new TshubError('not_running', { server: desk.say.server.named(user, name) });
    const shown = await showServer(parts, loads, server);
    sendDeskPage(frame, ctx, visitor, {
      section: 'users',
      title: desk.say.server.limits,
      body: limitsPage(desk, noticeOf(desk, ctx, problem), shown, new Map(form)),
    });
  }

  async function page(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor !== undefined) await show(ctx, visitor, firstQuery(ctx, 'server') ?? '');
  }

  async function set(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { caller, desk, form } = visitor;
    const params = { user: nameIn(ctx), server: form.get('server') ?? '' };
    const work = async (): Promise<unknown> =>
      parts.admin.call('servers.setLimits', { caller, params, body: limitsIn(desk, form) });
    await doForm(ctx, work, `${userPath(params.user)}?done=limits`, (problem) =>
      show(ctx, visitor, params.server, problem),
    );
  }

  return (router) => {
    router.get('/hub/admin/users/:name/limits', page);
    router.post('/hub/admin/users/:name/limits', set);
  };
}

/** What was filled in; throws bad_request for what is no such limit. */
function limitsIn({ say }: Desk, form: Form): Partial<Record<LiveLimit, number>> {
  const limits: Partial<Record<LiveLimit, number>> = {};
  for (const name of Object.keys(liveLimits) as LiveLimit[]) {
    const text = (form.get(name) ?? '').trim();
    if (text === '') continue;
    const value = readLiveLimit(name, text);
    if (value === null)
      throw new TshubError('bad_request', {
        problem: `${say.limits.names[name]}: ${say.limits.wrong(liveLimits[name].says, text)}`,
      });
    limits[name] = value;
  }
  if (Object.keys(limits).length === 0) throw new TshubError('bad_request', { problem: say.limits.nothing });
  return limits;
}
