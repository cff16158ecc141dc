import {
  afterReload,
  type InUse,
  isAccount,
  type LoginSecrets,
  noSecrets,
  type Settings,
  userOfAccount,
} from '@tshub/config';
import { hubApi, routes } from '@tshub/contract';
import { makeCalls } from '@tshub/http';
import { AuditTrail } from './audit/audit-trail.ts';
import { makeIdentify, makeIdentifyToken } from './caller/identify.ts';
import { makeAdmit } from './hub-admit.ts';
import { makeApp, scopeChecks } from './hub-app.ts';
import { openHubData } from './hub-data.ts';
import { makeHandlers } from './hub-handlers.ts';
import type { Hub, HubParts } from './hub-parts.ts';
import { makeHubUserChanges } from './hub-user-changes.ts';
import { keepPurged } from './hub-purge.ts';
import { describeReload } from './hub-reload.ts';
import { makeHub1 } from './hub1.ts';
import { makeServerSignals } from './hub1-signals.ts';
import { makeAdmission } from './login/admission.ts';
import { makeMetricsRoutes } from './info/metrics-routes.ts';
import { makeShutDown } from './info/shut-down.ts';
import { makeGuests } from './login/authenticators/guest.ts';
import { makeLogin } from './login/login.ts';
import { makeOidc } from './login/oidc/oidc.ts';
import { personOfAccount } from './login/person.ts';
import { makeRefresh } from './login/refresh.ts';
import { makeSessions } from './login/sessions.ts';
import { hubUserName } from './login/user-name.ts';
import { makeXsrf } from './login/xsrf.ts';
import { makeHubMetrics } from './metrics/hub-metrics.ts';
import { makeRequestMeter } from './metrics/request-meter.ts';
import { timedLogin, timedProxy, timedServers, timedSpawner } from './metrics/timed.ts';
import { speaking } from './pages/languages/language.ts';
import { importPeer } from './peer-import/peer-import.ts';
import { makePages } from './pages/pages.ts';
import { ProxyLink } from './proxy/proxy-link.ts';
import { makeManagedServices } from './services/managed.ts';
import { makeServers } from './servers/servers.ts';
import { makeTokenOrders } from './tokens/token-orders.ts';
import { makeAcceptShare } from './shares/accept-share.ts';

export type { Hub, HubParts };

/** Builds the hub from its rooms: the only place that knows all of them. */
export async function createHub(parts: HubParts): Promise<Hub> {
  const { clock, accounts, keys } = parts;
  const audit = new AuditTrail(parts);
  const { log } = audit;
  const apiUrl = parts.apiUrl ?? `http://${hubApi.host}:${hubApi.port}/hub/api`;
  const waiting = parts.wait === undefined ? {} : { wait: parts.wait };
  let current = parts.settings;
  let inUse: InUse = { settings: current, waiting: [] };
  const settings = (): Settings => current;
  const onRoutes = (): Promise<void> => servers.reconcileRoutes();
  const data = await openHubData({ ...parts, log }, settings, onRoutes);
  audit.open(data.db);
  const { db, users, access, groups, tokens, clients, services, shares, records, ended } = data;
  const running = (): number => servers.activeCount;
  const usage = {
    settings,
    active: () => servers.active(),
    ofServer: (user: string, name: string) => servers.usage(user, name),
    ofUser: (user: string) => servers.userUsage(user),
  };
  const metrics = makeHubMetrics({
    db,
    clock,
    settle: () => users.flush(),
    running,
    pending: () => servers.pendingCount,
    usage,
  });
  const proxy = timedProxy(parts.proxy, metrics);
  const proxyLink = new ProxyLink(proxy, log);
  const { watchUnits } = parts;
  const signals = makeServerSignals(parts.signals, log);
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
    signals,
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

  const refresh = makeRefresh({ accounts, records, settings, clock, log });
  const sessions = makeSessions({ users, keys, ended, settings, refresh, clock });
  const xsrf = makeXsrf({ keys, clock, settings });
  const secrets = parts.secrets ?? ((): LoginSecrets => noSecrets);
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
  const identifyToken = makeIdentifyToken({ tokens, users, clients, clock, settings, refresh, access });
  const identify = makeIdentify({ identifyToken, sessions, xsrf, access });
  const repairRoutes = onRoutes;
  const tokenOrders = makeTokenOrders({ access, tokens, settings, log });
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
    tokenOrders,
    clients,
    servers,
    services,
    shares,
    shareCodes: data.shareCodes,
    acceptShare: makeAcceptShare({ shares, codes: data.shareCodes, log }),
    countReport: () => metrics.cspReports.add(),
    identify,
    repairRoutes,
    admin: { ...data, audit, servers, call: (name, question) => inside(name, question) },
    ...waiting,
  });
  const managed = makeManagedServices({ settings, spawner: parts.spawner, log, onStarted: onRoutes });
  const metricsRoutes = makeMetricsRoutes({ settings, identify, metrics });
  const shutDown = makeShutDown({ access, servers, users, log, end: parts.end ?? (() => undefined) });

  const changes = makeHubUserChanges(data, { servers, settings, log });
  const handlers = makeHandlers({
    ...data,
    changes,
    settings,
    clock,
    log,
    runtime: parts.runtime,
    servers,
    sessions,
    xsrf,
    identify,
    login,
    tokenOrders,
    pages,
    proxyLink,
    showMetrics: metricsRoutes.showMetrics,
    shutDown,
    managed,
    onRoutes,
  });
  const inside = makeCalls(routes, handlers, scopeChecks(access));
  const handle = makeApp({
    log,
    version: () => current.hub.jupyterhub_version,
    access,
    identify,
    identifyToken,
    installSessions: sessions.install,
    meter: makeRequestMeter(metrics),
    speaking: speaking(settings),
    mountPages(router) {
      metricsRoutes.mount(router);
      pages.mount(router);
    },
    renderError: pages.renderError,
    handlers,
  });
  const userOf = ({ name }: { readonly name: string }): string => userOfAccount(current.spawner, name);
  const importParts = {
    ...data,
    servers,
    tokens: data.peerTokens,
    groupMembers: (group: string) => data.directory.membersOf(group),
    userName: (typed: string) => hubUserName(current.login, typed.trim(), current.login.authenticator === 'pam'),
  };
  const admit = makeAdmit({ accounts, users, settings });
  const purge = keepPurged({ stores: [tokens, data.codes, data.shareCodes, ended], log });

  return {
    handle,
    hub1: makeHub1({
      access,
      servers,
      users,
      tokens,
      changes,
      groupsOf: (user) => data.directory.groupsOf(user),
      guests: async () => new Set(current.login.authenticator === 'guest' ? await records.idsBy('guest') : []),
      signals,
      accounts: { ...accounts, userOf },
      admit,
      importPeer: (caller, document, apply) => importPeer(importParts, caller, document, apply),
      settings,
      inUse: () => inUse,
      clock,
      log,
      apiUrl,
    }),
    servers,
    users,
    tokens,
    groups,
    roles: data.roles,
    records,
    services,
    db,
    settings,
    async start() {
      await servers.adopt();
      void managed.keep();
      metrics.startup.observe(process.uptime());
      purge.start();
    },
    async stop() {
      purge.stop();
      login.stop();
      metrics.stop();
      await servers.close();
      await audit.close();
      await users.flush();
      if (typeof parts.db === 'string') await db.destroy();
    },
    reload(next) {
      const reload = describeReload(inUse.settings, next);
      current = next;
      inUse = afterReload(inUse.settings, next, reload.later);
      servers.reload(next);
      log.info({ event: 'config-reloaded', changed: reload.changed.join(' ') }, reload.says);
      return reload;
    },
  };
}
