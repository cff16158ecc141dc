import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { requireScope } from '../access/require.ts';
import { isChoice } from '../servers/choices.ts';
import type { Server } from '../servers/server.ts';
import type { User } from '../users/user.ts';
import { servicesFor } from './home-services.ts';
import { homePage, type HomeView } from './home-page.ts';
import { type PageFrame, sendPage } from './layout.ts';
import type { PagesParts } from './parts.ts';
import type { Restarts } from './restarts.ts';
import type { Looked } from './server-usage.ts';
import { startServer, stopServer } from './start-server.ts';
import { sharedWith } from './home-shared.ts';
import { pagePath } from './target.ts';
import { nextOf, redirect, visit, type Visit, withNext } from './visit.ts';
import { within } from './within.ts';

/** Milliseconds that the page waits for what other daemons know. */
const patience = 1500;
const logLength = 20;

/** `/hub/home`: one's own servers. Its forms work without scripts and lead back to it. */
export function makeHomePages(parts: PagesParts, frame: PageFrame, restarts: Restarts): (router: Router) => void {
  const { servers } = parts;

  async function show(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor !== undefined) await send(ctx, visitor, null);
  }

  async function send(ctx: Context, visitor: Visit, problem: HomeView['problem']): Promise<void> {
    const { user } = visitor.session;
    const { allow_named_servers: hasNamed, named_server_limit_per_user: limit } = parts.settings().hub;
    const named = servers
      .ofUser(user.id)
      .filter(({ name }) => name !== '')
      .toSorted(byName);
    const [own, others] = await Promise.all([look(user), hasNamed ? Promise.all(named.map(measured)) : []]);
    const page = homePage({
      user: user.name,
      token: parts.xsrf.token(ctx, visitor.session),
      now: parts.clock.now(),
      own,
      named: hasNamed ? others : null,
      room: limit === 0 ? null : Math.max(0, limit - named.length),
      problem,
      shared: await sharedWith(parts, user),
      services: servicesFor(parts.services.list(), visitor.caller),
    });
    sendPage(frame, ctx, visitor.session, page);
  }

  async function look(user: User): Promise<HomeView['own']> {
    const server = servers.get(user.name, '');
    if (server === undefined) return { server, usage: undefined, log: [] };
    const [{ usage }, log] = await Promise.all([
      measured(server),
      within(patience, servers.log(user.name, '', logLength), []),
    ]);
    return { server, usage, log };
  }

  async function measured(server: Server): Promise<Looked> {
    const { user, name, ready } = server;
    return { server, usage: ready ? await within(patience, servers.usage(user, name), undefined) : undefined };
  }

  async function start(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const own = ownServer(visitor);
    const isNew = servers.get(own.user.name, own.name)?.active !== true;
    if (isNew && isChoice(await servers.profiles(own.user.name)))
      return redirect(ctx, withNext(pagePath('spawn', own.user.name, own.name), nextOf(parts, ctx)), 303);
    try {
      await startServer(parts, ctx, own, null, nextOf(parts, ctx));
    } catch (error) {
      // A name that cannot be, from the form for new ones.
      const isName = error instanceof TshubError && error.code === 'bad_request' && own.name !== '';
      if (!isName || !parts.settings().hub.allow_named_servers) throw error;
      await send(ctx, visitor, { name: own.name, text: error.message });
    }
  }

  async function stop(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    await stopServer(parts, ownServer(visitor));
    redirect(ctx, '/hub/home', 303);
  }

  async function keep(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { caller, user, name } = ownServer(visitor);
    // One that has ended meanwhile is shown as that.
    if (servers.get(user.name, name)?.ready === true) await servers.keep(caller, user, name, null);
    redirect(ctx, '/hub/home', 303);
  }

  /** The page of the start waits for the stop as well. */
  async function restart(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { caller, user, name } = ownServer(visitor);
    if (servers.get(user.name, name) === undefined) return redirect(ctx, '/hub/home', 303);
    requireScope(caller, ['servers'], parts.access.server(user.name, name));
    void restarts.begin({ caller, user, name });
    redirect(ctx, withNext(pagePath('spawn-pending', user.name, name), '/hub/home'), 303);
  }

  async function remove(ctx: Context): Promise<void> {
    const visitor = await visit(parts, ctx);
    if (visitor === undefined) return;
    const { caller, user, name } = ownServer(visitor);
    if (name === '') throw new TshubError('bad_request', { problem: 'The default server cannot be removed' });
    // One that is gone already, by a second press or in another tab, is what was wanted.
    if (servers.get(user.name, name) !== undefined) await (await servers.remove(caller, user, name)).done;
    redirect(ctx, '/hub/home', 303);
  }

  return (router) => {
    router.get('/hub/home', show);
    // Where a reload leads after a login: nothing is done by an address.
    router.get('/hub/home/:verb', (ctx) => redirect(ctx, '/hub/home'));
    router.post('/hub/home/keep', keep);
    router.post('/hub/home/remove', remove);
    router.post('/hub/home/restart', restart);
    router.post('/hub/home/start', start);
    router.post('/hub/home/stop', stop);
  };
}

function ownServer({ caller, session, form }: Visit): { caller: Visit['caller']; user: User; name: string } {
  return { caller, user: session.user, name: (form.get('server') ?? '').trim() };
}

function byName(left: Server, right: Server): number {
  return left.name.localeCompare(right.name);
}
