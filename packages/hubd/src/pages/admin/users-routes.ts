import type { Router } from '@koa/router';
import { type ScopeName, serverUnit } from '@tshub/contract';
import type { Context } from 'koa';
import { filterUser } from '../../access/filter.ts';
import { hasSome, holds, listable } from '../../access/require.ts';
import type { Caller } from '../../caller/caller.ts';
import { neverStarted, serverModel } from '../../servers/servers-view.ts';
import type { Server } from '../../servers/server.ts';
import type { User } from '../../users/user.ts';
import type { UserSearch } from '../../users/users-pages.ts';
import { userModelOf } from '../../users/users-view.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { firstQuery, redirect } from '../visit.ts';
import { within } from '../within.ts';
import { sendDeskPage, visitDesk } from './desk.ts';
import { noticeOf } from './forms.ts';
import { groupNames } from './group-names.ts';
import { jobNotice } from './job-page.ts';
import type { Jobs } from './jobs.ts';
import type { Loads } from './load.ts';
import { type ShownServer, userPath } from './server-part.ts';
import { findPart, type ShownUser, usersList } from './users-page.ts';
import { readUsersView, type UsersView } from './users-view.ts';

const pageSize = 50;
/** As far as matches are counted. */
const mostCounted = 1000;
/** Milliseconds that a page waits for what its servers use. */
const patience = 1500;

/** `/hub/admin`: users and their servers, searched, sorted and cut into pages by the database. */
export function makeUsersPage(
  parts: PagesParts,
  frame: PageFrame,
  loads: Loads,
  jobs: Pick<Jobs, 'underWay'>,
): (router: Router) => void {
  const { admin } = parts;

  async function show(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { desk, caller } = visitor;
    const page = { section: 'users', title: desk.say.users.title } as const;
    const asked = readUsersView(new URLSearchParams(ctx.querystring));
    if (!hasSome(caller.scopes, 'list:users'))
      return sendDeskPage(frame, ctx, visitor, {
        ...page,
        body: findPart(desk),
      });
    const search = searchFor(caller, asked);
    const view = { ...asked, search };
    const [found, count, groups] = await Promise.all([
      admin.usersPages.page(search, view.turn, pageSize),
      admin.usersPages.count(search, mostCounted),
      groupNames(parts, caller),
    ]);
    const users = await showUsers(parts, loads, caller, found.users);
    // How busy the hub is, is for whoever sees all its servers.
    const running = caller.scopes.has('read:servers') ? admin.servers.activeCount : null;
    const isBusy = users.some((user) => user.servers.some(({ server }) => server.pending !== null));
    sendDeskPage(frame, ctx, visitor, {
      ...page,
      ...(isBusy && { refresh: { seconds: 3, for: 'noscript' } as const }),
      body: usersList(desk, [noticeOf(desk, ctx), jobNotice(desk, jobs.underWay(visitor.session.user.id))], {
        view,
        users,
        page: found,
        count,
        most: mostCounted,
        running,
        groups,
      }),
    });
  }

  /** For whoever may not list users, but may see some whose names they know. */
  async function find(ctx: Context): Promise<void> {
    const name = (firstQuery(ctx, 'name') ?? '').trim();
    redirect(ctx, name === '' ? '/hub/admin' : userPath(name));
  }

  return (router) => {
    router.get('/hub/admin', show);
    router.get('/hub/admin/users', find);
  };
}

/** What the view asks for, of those whom the caller may list. What they may not read they cannot find out by asking in its order, either. */
export function searchFor(caller: Caller, { search }: Pick<UsersView, 'search'>): UserSearch {
  const only = listable(caller, 'list:users', ['user', 'group']);
  // For all whom they may list: of some it would tell the rest.
  const may = (scope: ScopeName): boolean =>
    caller.scopes.has(scope) ||
    (only !== 'all' &&
      only.group.every((name) => caller.scopes.has(`${scope}!group=${name}`)) &&
      only.user.every((name) => caller.scopes.has(`${scope}!user=${name}`)));
  const { order, group } = search;
  const isHidden =
    (order === 'running' && !may('read:servers')) ||
    (order.endsWith('last_activity') && !may('read:users:activity')) ||
    (order.endsWith('created') && !may('read:users'));
  const mayGroup = may('read:users:groups') || holds(caller.scopes, 'read:groups', { kind: 'group', group }) === 'yes';
  return {
    ...search,
    order: isHidden ? 'name' : order,
    state: may('read:servers') ? search.state : 'any',
    group: mayGroup ? group : '',
    ...(only !== 'all' && { only: { users: only.user, groups: only.group } }),
  };
}

/** What the caller may see of these users: filtered as the API filters them. Who is left with nothing is left out. */
export async function showUsers(
  parts: Pick<PagesParts, 'access' | 'admin' | 'servers' | 'settings'>,
  loads: Loads,
  caller: Caller,
  users: readonly User[],
): Promise<ShownUser[]> {
  const { access, servers } = parts;
  const shown = users.map(async (user): Promise<ShownUser | null> => {
    const own = servers.ofUser(user.id);
    const main = own.find(({ name }) => name === '') ?? neverStarted(user.id, user.name, serverUnit(user.name, ''));
    const all = [main, ...own.filter(({ name, active }) => name !== '' && active)];
    const model = filterUser(
      userModelOf(user, all, {
        access,
        serverModel: (server) => serverModel(server, { publicUrl: '' }),
        includeStopped: true,
        info: null,
      }),
      caller.scopes,
    );
    if (model?.name === undefined) return null;
    const visible = all.filter(({ name }) => model.servers?.[name] !== undefined);
    return {
      model: { ...model, name: model.name },
      servers: await Promise.all(visible.map((server) => showServer(parts, loads, server))),
    };
  });
  return (await Promise.all(shown)).filter((user) => user !== null);
}

export async function showServer(
  { access }: Pick<PagesParts, 'access'>,
  loads: Loads,
  server: Server,
): Promise<ShownServer> {
  const load = server.ready ? await within(patience, loads.of(server), null) : null;
  return { server, load, resource: access.server(server.user, server.name) };
}
