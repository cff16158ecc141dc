import type { routes, ServerModel } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Handlers } from '@tshub/http';
import type { NamedUser } from './access/filter.ts';
import { builtInServices } from './access/roles.ts';
import { readReport } from './activity/activity.ts';
import type { Caller } from './caller/caller.ts';
import type { HubData } from './hub-data.ts';
import { userNameBy } from './hub-user-changes.ts';
import { groupHandlers } from './groups/groups-routes.ts';
import { infoHandlers, type InfoParts } from './info/info-routes.ts';
import type { Identify } from './caller/identify.ts';
import type { Login } from './login/login.ts';
import type { Xsrf } from './login/session.ts';
import type { SessionRoom } from './login/sessions.ts';
import { oauthHandlers } from './oauth/oauth-routes.ts';
import type { Pages } from './pages/pages.ts';
import type { ProxyLink } from './proxy/proxy-link.ts';
import { proxyHandlers } from './proxy/proxy-routes.ts';
import { roleHandlers } from './roles/roles-routes.ts';
import type { Server } from './servers/server.ts';
import type { ServersRoom } from './servers/servers.ts';
import { serverHandlers } from './servers/servers-routes.ts';
import { serverModel } from './servers/servers-view.ts';
import type { ManagedServices } from './services/managed.ts';
import { servicesHandlers } from './services/services-routes.ts';
import { sharesHandlers } from './shares/shares-routes.ts';
import type { TokenOrders } from './tokens/token-orders.ts';
import { tokenHandlers } from './tokens/tokens-routes.ts';
import type { User } from './users/user.ts';
import type { UserChanges } from './users/user-changes.ts';
import { usersHandlers } from './users/users-routes.ts';
import { userModelOf } from './users/users-view.ts';

/** The rooms that answer: those that keep rows, and those that act. */
export interface HandlersParts extends HubData, InfoParts {
  readonly clock: { now(): number };
  readonly log: Log;
  readonly changes: UserChanges;
  readonly servers: ServersRoom;
  readonly sessions: SessionRoom;
  readonly xsrf: Xsrf;
  readonly identify: Identify;
  readonly login: Pick<Login, 'authenticateOnce'>;
  readonly tokenOrders: TokenOrders;
  readonly pages: Pick<Pages, 'renderConfirm'>;
  readonly proxyLink: Pick<ProxyLink, 'routes'>;
  readonly managed: Pick<ManagedServices, 'states'>;
  /** Puts the proxy's routes right. */
  readonly onRoutes: () => Promise<unknown>;
}

/** What answers each route of the API: the rooms' own tables, put together. */
export function makeHandlers(parts: HandlersParts): Handlers<typeof routes, Caller> {
  const { access, directory, users, groups, roles, tokens, clients, services, shares, shareCodes, records } = parts;
  const { settings, clock, log, servers, identify } = parts;
  const userName = userNameBy(settings);
  const shownServer = (server: Server): ServerModel =>
    serverModel(server, { publicUrl: settings().hub.public_url, withState: true });
  const userModel = async (user: User): Promise<NamedUser> =>
    userModelOf(user, servers.ofUser(user.id), {
      access,
      serverModel: shownServer,
      includeStopped: false,
      info: (await records.userInfo([user.id])).get(user.id) ?? null,
    });

  return {
    ...groupHandlers({ access, directory, groups, settings, userName, log }),
    ...infoHandlers(parts),
    ...oauthHandlers({
      authorize: {
        ...parts,
        isTrusted: ({ service }) => service !== null && services.get(service)?.noConfirm === true,
        renderConfirm: parts.pages.renderConfirm,
      },
      exchange: parts,
      log,
    }),
    ...proxyHandlers({ settings, reconcile: parts.onRoutes, routes: () => parts.proxyLink.routes() }),
    ...servicesHandlers({ access, services, managed: parts.managed, log }),
    ...roleHandlers({
      access,
      roles,
      users,
      isService: (name) => builtInServices.includes(name) || services.get(name) !== undefined,
      log,
    }),
    ...serverHandlers({ access, servers, users, settings }),
    ...sharesHandlers({ access, shares, codes: shareCodes, users, groups, servers, settings, log }),
    ...tokenHandlers({
      access,
      tokens,
      users,
      clients,
      identify,
      authenticateOnce: parts.login.authenticateOnce,
      userModel,
      orders: parts.tokenOrders,
    }),
    ...usersHandlers({
      changes: parts.changes,
      records,
      access,
      users,
      servers,
      settings,
      serverModel: shownServer,
      readReport: (body, knows) => readReport(body, clock.now(), knows),
    }),
  };
}
