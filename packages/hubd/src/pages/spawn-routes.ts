import type { Router } from '@koa/router';
import type { Profile } from '@tshub/config';
import { serverPrefix, TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { holds } from '../access/require.ts';
import type { Caller } from '../caller/caller.ts';
import { isChoice } from '../servers/choices.ts';
import { mayReadLog, stepsAlone } from '../servers/log-readers.ts';
import type { ProgressEvent } from '../servers/server.ts';
import { fill, type Filled } from './choice-filled.ts';
import { choicePage } from './choice-page.ts';
import { html } from './html.ts';
import { translated } from './languages/sayings.ts';
import { type PageFrame, sendPage, xsrfField } from './layout.ts';
import type { PagesParts } from './parts.ts';
import { eventsPath } from './progress-routes.ts';
import type { Restarts } from './restarts.ts';
import { spawnOptions } from './spawn-options.ts';
import { failedPage, notRunningPage, pendingPage, spawnPage, waitPage } from './spawn-page.ts';
import { startServer } from './start-server.ts';
import { nameServer, strings } from './strings.ts';
import { findTarget, pagePath, type Target } from './target.ts';
import { nextOf, redirect, visit, type Visit, withNext } from './visit.ts';
import { within } from './within.ts';

/** Somebody who wants a server to start. */
interface Ask {
  readonly ctx: Context;
  readonly visitor: Visit;
  readonly target: Target;
  readonly profiles: readonly Profile[];
  readonly next: string | null;
}

const startScopes = ['start:servers', 'servers'] as const;

/** `/hub/spawn` and `/hub/spawn-pending` (peer's contract 7.1 and 7.3). */
export function makeSpawnPages(parts: PagesParts, frame: PageFrame, restarts: Restarts): (router: Router) => void {
  const { servers } = parts;

  /** Visiting starts, unless there is something to choose: that is what the address is for. Options in it are asked about when another site put them there. */
  async function spawn(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const target = await targetOf(ctx, visitor, startScopes);
    const { user, name, server } = target;
    const next = nextOf(parts, ctx);
    if (server?.ready === true) return redirect(ctx, next ?? serverPrefix(user.name, name));
    const isForm = ctx.method === 'POST';
    const fields = isForm ? visitor.form : new URLSearchParams(ctx.querystring);
    const options = spawnOptions(fields);
    const profiles = server?.active === true ? [] : await servers.profiles(user.name);
    const ask: Ask = { ctx, visitor, target, profiles, next };
    const isOthers = !isForm && options !== null && ctx.get('Sec-Fetch-Site') === 'cross-site';
    if (isChoice(profiles)) {
      const filled = options === null ? null : fill(profiles, options);
      const isWrong = filled !== null && Object.keys(filled.problems).length > 0;
      if (filled === null || isWrong || isOthers) return choose(ask, filled, null, isWrong ? 400 : 200);
    } else if (isOthers) return confirm(ask, options);
    try {
      const displayName = fields.get('display_name');
      await startServer(parts, ctx, { caller: visitor.caller, user, name, displayName }, options, next);
    } catch (error) {
      const isRefused = error instanceof TshubError && ['bad_request', 'spawn_refused'].includes(error.code);
      if (!isRefused || options === null || !isChoice(profiles)) throw error;
      choose(ask, fill(profiles, options), translated(error.message), error.status);
    }
  }

  /** The form, with what is in it already, and what is wrong with that. */
  function choose(
    { ctx, visitor, target, profiles, next }: Ask,
    filled: Filled | null,
    problem: string | null,
    status: number,
  ): void {
    const token = parts.xsrf.token(ctx, visitor.session);
    const action = withNext(pagePath('spawn', target.user.name, target.name), next);
    const last = target.server;
    const page = choicePage({ token, title: titleOf(target), action, profiles, last, filled, problem, status });
    sendPage(frame, ctx, visitor.session, page);
  }

  function confirm({ ctx, visitor, target, next }: Ask, options: NonNullable<ReturnType<typeof spawnOptions>>): void {
    const token = parts.xsrf.token(ctx, visitor.session);
    const action = withNext(pagePath('spawn', target.user.name, target.name), next);
    sendPage(frame, ctx, visitor.session, spawnPage({ token, title: titleOf(target), action, options }));
  }

  async function pending(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const target = await targetOf(ctx, visitor, ['read:servers']);
    const { user, name, server } = target;
    const next = nextOf(parts, ctx);
    const again = withNext(pagePath('spawn', user.name, name), next);
    const title = titleOf(target);
    if (restarts.isRunning(user.name, name))
      return sendPage(frame, ctx, visitor.session, waitPage({ ...strings.restarting, heading: title }));
    if (server?.ready === true) return redirect(ctx, next ?? serverPrefix(user.name, name));
    if (server?.pending === 'spawn') return showProgress(ctx, visitor, target, next);
    if (server?.pending === 'stop')
      return sendPage(frame, ctx, visitor.session, waitPage({ ...strings.stopping, heading: title }));
    if (server?.pending === 'check')
      return sendPage(frame, ctx, visitor.session, waitPage({ ...strings.checking, heading: title }));
    if (server?.failed === true) {
      const resource = parts.access.server(user.name, name);
      const isReader = mayReadLog(parts.access, visitor.caller, user.name, name);
      const log = isReader ? await within(1500, servers.log(user.name, name, 40), []) : [];
      const more = isReader ? pagePath('log', user.name, name) : null;
      const isKeeper = holds(visitor.caller.scopes, 'admin:server_state', resource) === 'yes';
      const [reason, detail] = [server.lastEnd, isKeeper ? server.endDetail : ''];
      const page = failedPage({ title: strings.failed.heading(title), reason, detail, log, again, more, status: 500 });
      return sendPage(frame, ctx, visitor.session, page);
    }
    const canStart = startScopes.some(
      (scope) => holds(visitor.caller.scopes, scope, parts.access.server(user.name, name)) === 'yes',
    );
    const view = {
      status: 200,
      heading: strings.notRunning.heading(title),
      reason: restarts.takeProblem(user.name, name) ?? server?.lastEnd ?? '',
      start: canStart ? again : null,
    };
    sendPage(frame, ctx, visitor.session, notRunningPage(view));
  }

  async function showProgress(ctx: Context, visitor: Visit, target: Target, next: string | null): Promise<void> {
    const { user, name } = target;
    const token = parts.xsrf.token(ctx, visitor.session);
    const cancel = target.isOwn
      ? html`<form method="post" action="/hub/home/stop">
          ${xsrfField(token)}<input type="hidden" name="server" value="${name}" /><button id="stop">
            ${strings.home.cancel}
          </button>
        </form>`
      : html``;
    const page = pendingPage({
      title: strings.pending.heading(titleOf(target)),
      eventsUrl: `${eventsPath(user.name, name)}?_xsrf=${encodeURIComponent(token)}`,
      next: next ?? serverPrefix(user.name, name),
      events: await eventsSoFar(parts, visitor.caller, user.name, name),
      cancel,
    });
    sendPage(frame, ctx, visitor.session, page);
  }

  async function targetOf(ctx: Context, visitor: Visit, scopes: Parameters<typeof findTarget>[2]): Promise<Target> {
    const { user, server } = ctx.params as { user?: string; server?: string };
    return findTarget(parts, visitor.caller, scopes, user, server);
  }

  return (router) => {
    router.get('/hub/spawn{/:user}{/:server}', spawn);
    router.post('/hub/spawn{/:user}{/:server}', spawn);
    router.get('/hub/spawn-pending{/:user}{/:server}', pending);
  };
}

function titleOf({ isOwn, user, name }: Target): string {
  return nameServer(isOwn, user.name, name);
}

/** What a start has told up to now; a page that is loaded again and again needs no more. */
async function eventsSoFar(
  { access, servers }: PagesParts,
  caller: Caller,
  user: string,
  name: string,
): Promise<ProgressEvent[]> {
  const events: ProgressEvent[] = [];
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 20);
  try {
    const told = servers.progress(user, name, stop.signal);
    const steps = mayReadLog(access, caller, user, name) ? told : stepsAlone(told);
    for await (const event of steps) events.push(event);
  } catch {
    // It ended in between: the page finds out when it asks for the events.
  } finally {
    clearTimeout(timer);
  }
  return events;
}
