import { isAccount, type LoginSecrets, noSecrets, type Settings, userOfAccount } from '@tshub/config';
import { hubApi, type ServerModel } from '@tshub/contract';
import { makeAccess } from './access/access.ts';
import { customScopes } from './access/custom-scopes.ts';
import { Directory } from './access/directory.ts';
import type { NamedUser } from './access/filter.ts';
import { builtInServices } from './access/roles.ts';
import { readReport } from './activity/activity.ts';
import { makeIdentify } from './caller/identify.ts';
import { openDatabase } from './db/open.ts';
import { makeAdmit } from './hub-admit.ts';
import { makeApp } from './hub-app.ts';
import type { Hub, HubParts } from './hub-parts.ts';
import { keepPurged } from './hub-purge.ts';
import { describeReload } from './hub-reload.ts';
import { makeHub1 } from './hub1.ts';
import { makeGroups } from './groups/groups.ts';
import { groupHandlers } from './groups/groups-routes.ts';
import { infoHandlers } from './info/info-routes.ts';
import { makeAdmission } from './login/admission.ts';
import { makeMetricsRoutes } from './info/metrics-routes.ts';
import { makeShutDown } from './info/shut-down.ts';
import { openEndedSessions } from './login/ended-sessions.ts';
import { makeGuests } from './login/authenticators/guest.ts';
import { makeLoginRecords } from './login/login-records.ts';
import { makeLogin } from './login/login.ts';
import { makeOidc } from './login/oidc/oidc.ts';
import { personOfAccount } from './login/person.ts';
import { makeSessions } from './login/sessions.ts';
import { hubUserName } from './login/user-name.ts';
import { makeXsrf } from './login/xsrf.ts';
import { makeHubMetrics } from './metrics/hub-metrics.ts';
import { timedLogin, timedProxy, timedRequests, timedServers, timedSpawner } from './metrics/timed.ts';
import { makeOAuthClients } from './oauth/clients.ts';
import { makeCodesStore } from './oauth/codes-store.ts';
import { oauthHandlers } from './oauth/oauth-routes.ts';
import { makePages } from './pages/pages.ts';
import { ProxyLink } from './proxy/proxy-link.ts';
import { proxyHandlers } from './proxy/proxy-routes.ts';
import { applyConfigRoles } from './roles/config-roles.ts';
import { makeRoles } from './roles/roles.ts';
import { roleHandlers } from './roles/roles-routes.ts';
import type { Server } from './servers/server.ts';
import { serverHandlers } from './servers/servers-routes.ts';
import { serverModel } from './servers/servers-view.ts';
import { applyConfigServices } from './services/config-services.ts';
import { makeServices } from './services/services.ts';
import { servicesHandlers } from './services/services-routes.ts';
import { makeServers } from './servers/servers.ts';
import { makeAcceptShare } from './shares/accept-share.ts';
import { makeShareCodes } from './shares/share-codes.ts';
import { makeShares } from './shares/shares.ts';
import { sharesHandlers } from './shares/shares-routes.ts';
import { makeTokens } from './tokens/tokens.ts';
import { tokenHandlers } from './tokens/tokens-routes.ts';
import type { User } from './users/user.ts';
import { makeUserChanges } from './users/user-changes.ts';
import { usersHandlers } from './users/users-routes.ts';
import { makeUsersStore } from './users/users-store.ts';
import { userModelOf } from './users/users-view.ts';

export type { Hub, HubParts };

/** Builds the hub from its rooms: the only place that knows all of them. */
export async function createHub(parts: HubParts): Promise<Hub> {
  const { clock, log, accounts, keys } = parts;
  const apiUrl = parts.apiUrl ?? `http://${hubApi.host}:${hubApi.port}/hub/api`;
  const waiting = parts.wait === undefined ? {} : { wait: parts.wait };
  let current = parts.settings;
  const settings = (): Settings => current;
  const db =
    typeof parts.db === 'string' ? await openDatabase({ file: parts.db, url: current.hub.db_url, log }) : parts.db;

  const users = makeUsersStore(db, clock);
  const directory = new Directory();
  const shares = makeShares({ db, directory, clock });
  const shareCodes = makeShareCodes(db, clock);
  const access = makeAccess({ directory, custom: customScopes(current.custom_scopes), sharedWith: shares.sharedWith });
  const groups = makeGroups({ db, directory, onRemoved: (group) => shares.reload('group', group) });
  const roles = makeRoles({ db, directory, knows: access.knows, setAdmin: users.setAdmin });
  await groups.load();
  await roles.load();
  await shares.load();
  const tokens = makeTokens({ db, clock, settings });
  const clients = makeOAuthClients({ db, tokens });
  const onRoutes = (): Promise<void> => servers.reconcileRoutes();
  const services = makeServices({ db, directory, access, roles, tokens, clients, accounts, log, onRoutes });
  await services.load();
  const serviceNames = [
    ...builtInServices,
    ...Object.keys(current.services),
    ...services.list().map(({ name }) => name),
  ];
  await applyConfigRoles({ settings: current, directory, groups, users, roles, services: new Set(serviceNames) });
  await applyConfigServices({ settings: current, services, credential: parts.credential ?? (() => undefined) });
  const codes = makeCodesStore(db, clock);
  const running = (): number => servers.activeCount;
  const metrics = makeHubMetrics({ db, clock, running, pending: () => servers.pendingCount });
  const proxy = timedProxy(parts.proxy, metrics);
  const proxyLink = new ProxyLink(proxy, log);
  const { watchUnits } = parts;
  const timing = parts.timing === undefined ? {} : { timing: parts.timing };
  const serversRoom = makeServers({
    access,
    db,
    settings: current,
    clock,
    log,
    spawner: timedSpawner(parts.spawner, metrics),
    proxy,
    onRenamed: (user) => shares.reload('user', user),
    otherRoutes: () => services.routes(),
    watchUnits,
    tokens,
    clients,
    users,
    apiUrl,
    groupsOf: async (account) =>
      isAccount(current) ? ((await accounts.byName(account))?.groups.map(({ name }) => name) ?? []) : [],
    ...timing,
  });
  const servers = timedServers(serversRoom, metrics);

  const ended = await openEndedSessions(db, clock);
  const sessions = makeSessions({ users, keys, ended, settings, clock });
  const xsrf = makeXsrf({ keys, clock, settings });
  const secrets = parts.secrets ?? ((): LoginSecrets => noSecrets);
  const records = makeLoginRecords({ db, keys: () => secrets().authStateKeys });
  const loginRoom = makeLogin({
    authenticate: parts.authenticate(settings),
    admit: makeAdmission({
      users,
      records,
      settings,
      syncGroups: (user, names) => groups.syncUser(user, names),
      personOf: async (name) => personOfAccount(await accounts.byName(name)),
    }),
    settings,
    clock,
    log,
    ...waiting,
  });
  const login = timedLogin(loginRoom, metrics);
  const outside = parts.outside ?? { connect: () => Promise.reject(new Error('there is no way out')) };
  const oidc = makeOidc({ settings, secrets, outside, keys, clock });
  const guests = makeGuests(settings, () => records.countBy('guest'));
  const identify = makeIdentify({ tokens, users, clients, sessions, xsrf, clock, settings, access });
  const repairRoutes = onRoutes;
  const pages = makePages({
    access,
    settings,
    clock,
    log,
    sessions,
    xsrf,
    login,
    oidc,
    guests,
    users,
    tokens,
    servers,
    services,
    shares,
    acceptShare: makeAcceptShare({ shares, codes: shareCodes, log }),
    countReport: () => metrics.cspReports.add(),
    identify,
    repairRoutes,
    ...waiting,
  });
  // As a login would have it: with PAM, names are those of accounts.
  const userName = (typed: string): string | null =>
    hubUserName(current.login, typed.trim(), current.login.authenticator === 'pam');
  const changes = makeUserChanges({ access, directory, users, servers, tokens, roles, shares, userName, log });
  const shownServer = (server: Server): ServerModel =>
    serverModel(server, { publicUrl: current.hub.public_url, withState: true });
  const userModel = async (user: User): Promise<NamedUser> =>
    userModelOf(user, servers.ofUser(user.id), {
      access,
      serverModel: shownServer,
      includeStopped: false,
      info: (await records.userInfo([user.id])).get(user.id) ?? null,
    });

  const metricsRoutes = makeMetricsRoutes({ settings, identify, metrics });
  const shutDown = makeShutDown({ access, servers, users, log, end: parts.end ?? (() => undefined) });

  const app = makeApp({
    log,
    version: () => current.hub.jupyterhub_version,
    access,
    identify,
    installSessions: sessions.install,
    measure: timedRequests(metrics),
    mountPages(router) {
      metricsRoutes.mount(router);
      pages.mount(router);
    },
    renderError: pages.renderError,
    handlers: {
      ...groupHandlers({ access, directory, groups, settings, userName, log }),
      ...infoHandlers({ settings, runtime: parts.runtime, showMetrics: metricsRoutes.showMetrics, shutDown }),
      ...oauthHandlers({
        authorize: {
          clients,
          codes,
          tokens,
          sessions,
          xsrf,
          access,
          settings,
          isTrusted: ({ service }) => service !== null && services.get(service)?.noConfirm === true,
          renderConfirm: pages.renderConfirm,
        },
        exchange: { clients, codes, ended, tokens, users, settings },
        log,
      }),
      ...proxyHandlers({ settings, reconcile: onRoutes, routes: () => proxyLink.routes() }),
      ...servicesHandlers({ access, services }),
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
        authenticateOnce: login.authenticateOnce,
        userModel,
        settings,
        log,
      }),
      ...usersHandlers({
        changes,
        records,
        access,
        users,
        servers,
        settings,
        serverModel: shownServer,
        readReport: (body, knows) => readReport(body, clock.now(), knows),
      }),
    },
  });
  const userOf = ({ name }: { readonly name: string }): string => userOfAccount(current.spawner, name);
  const admit = makeAdmit({ accounts, users, settings });
  const purge = keepPurged({ stores: [tokens, codes, shareCodes, ended], log });

  return {
    handle: app.callback(),
    hub1: makeHub1({
      access,
      servers,
      users,
      tokens,
      accounts: { ...accounts, userOf },
      admit,
      settings,
      clock,
      log,
      apiUrl,
    }),
    servers,
    users,
    tokens,
    groups,
    roles,
    records,
    services,
    db,
    settings,
    async start() {
      await servers.adopt();
      metrics.startup.observe(process.uptime());
      purge.start();
    },
    async stop() {
      purge.stop();
      login.stop();
      metrics.stop();
      await servers.close();
      if (typeof parts.db === 'string') await db.destroy();
    },
    reload(next) {
      const reload = describeReload(current, next);
      current = next;
      servers.reload(next);
      log.info({ event: 'config-reloaded', changed: reload.changed.join(' ') }, reload.says);
      return reload;
    },
  };
}
