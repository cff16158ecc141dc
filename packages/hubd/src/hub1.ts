import type { BusCaller, Implementation } from '@tshub/bus';
import type { InUse, Settings } from '@tshub/config';
import { type hub1, type HubStatus, TshubError, version, type WireDict } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Access } from './access/access.ts';
import { type ImportPeerParts, makeImportPeer } from './hub1-import.ts';
import { type Accounts, checkAllowed, hubCaller, type Order, ownerOf, type Who, whoIs } from './hub1-callers.ts';
import { cullMethods } from './hub1-cull.ts';
import { endMethods } from './hub1-ends.ts';
import { settingsMethod } from './hub1-settings.ts';
import type { ServerSignals } from './hub1-signals.ts';
import { makeTokenLimit } from './hub1-token-limit.ts';
import { readTokenWish } from './hub1-token.ts';
import { entryOf, usageEntryOf, userEntryOf } from './hub1-view.ts';
import type { Server } from './servers/server.ts';
import { printable } from './servers/server-name.ts';
import type { ServersRoom } from './servers/servers.ts';
import type { Tokens } from './tokens/token.ts';
import type { User, UsersStore } from './users/user.ts';
import type { UserChanges } from './users/user-changes.ts';

export interface Hub1Parts {
  readonly access: Access;
  readonly servers: ServersRoom;
  readonly users: UsersStore;
  readonly tokens: Tokens;
  readonly accounts: Accounts;
  /** The user of a local account, made if the login rules let them in; throws forbidden or login_refused if not. */
  readonly admit: (name: string) => Promise<User>;
  readonly importPeer: ImportPeerParts['importPeer'];
  readonly settings: () => Settings;
  readonly inUse: () => InUse;
  readonly changes: Pick<UserChanges, 'remove'>;
  /** Groups of the hub that a user is in. */
  readonly groupsOf: (user: string) => ReadonlySet<string>;
  /** Ids of users who came as guests; none while guests cannot log in. */
  readonly guests: () => Promise<ReadonlySet<number>>;
  readonly signals: ServerSignals;
  readonly clock: { now(): number };
  readonly log: Log;
  /** Where programs of this host reach the API, without a slash at the end. */
  readonly apiUrl: string;
}

/** Seconds that a token made over the bus is good for. */
const tokenLife = 600;
const longestPage = 1000;

const orders = {
  // Also for one's own: limits are there because their user would like more.
  limit: {
    own: 'org.tshub.hub.manage-servers',
    others: 'org.tshub.hub.manage-servers',
    says: 'change the limits of this server',
  },
  read: { own: 'org.tshub.hub.manage-own-server', others: 'org.tshub.hub.read', says: 'see this server' },
  start: { own: 'org.tshub.hub.manage-own-server', others: 'org.tshub.hub.manage-servers', says: 'start this server' },
  stop: { own: 'org.tshub.hub.manage-own-server', others: 'org.tshub.hub.manage-servers', says: 'stop this server' },
} as const satisfies Record<string, Order>;

/** The hub on the bus: finds out who calls, asks polkit, and calls the same rules as the REST API. */
export function makeHub1(parts: Hub1Parts): Implementation<typeof hub1> {
  const { servers, users, tokens, accounts, clock, log } = parts;
  const started = clock.now();
  const countToken = makeTokenLimit(clock, tokenLife * 1000);

  /** The caller's own user, if the hub knows them. */
  const userOf = async (who: Who): Promise<User | undefined> =>
    who.kind === 'person' && who.name !== '' ? users.byName(who.name) : undefined;
  /** Whether everybody's things are shown: a plain list must not ask anyone for a password. */
  const seesAll = async (caller: BusCaller, who: Who): Promise<boolean> =>
    who.kind !== 'person' || caller.authorize('org.tshub.hub.read', {}, { silent: true });
  const ownServers = async (who: Who): Promise<readonly Server[]> => {
    const user = await userOf(who);
    return user === undefined ? [] : servers.ofUser(user.id);
  };
  const knownUser = async (name: string): Promise<User> => {
    const user = await users.byName(name);
    if (user === undefined) throw new TshubError('not_found', { what: `user "${printable(name)}"` });
    return user;
  };

  return {
    methods: {
      ...endMethods(parts, { userOf, seesAll, knownUser }),
      ...cullMethods(parts, knownUser),
      ...settingsMethod(parts.inUse),

      async GetServer(caller, user, name) {
        const who = await whoIs(accounts, caller.uid);
        if (who.kind !== 'culler') await checkAllowed(caller, who, user, name, orders.read);
        const server = servers.get(user, name);
        if (server === undefined)
          throw new TshubError('not_found', {
            what: `${name === '' ? 'a server' : `server "${printable(name)}"`} of user "${printable(user)}"`,
          });
        const status = server.active ? await servers.status(user, name) : undefined;
        // As `admin:server_state` of the REST API; who was let at the server of somebody else administers.
        const isOwn = (await userOf(who))?.name === user;
        return entryOf(server, status, { isDetailed: !isOwn || (await seesAll(caller, who)) });
      },

      async GetStatus() {
        const { authenticator } = parts.settings().login;
        const status: HubStatus = {
          version,
          advertised: parts.settings().hub.jupyterhub_version,
          started: BigInt(started),
          users: await users.count(),
          activeServers: servers.activeCount,
          pendingServers: servers.pendingCount,
          authenticator,
        };
        return status;
      },

      ImportPeer: makeImportPeer(parts),

      async IssueToken(caller, scopes) {
        const who = await whoIs(accounts, caller.uid);
        if (who.kind === 'culler') throw new TshubError('forbidden', { problem: 'the culler needs no token' });
        const name = who.kind === 'person' ? who.name : '';
        const wish = readTokenWish(scopes, name);
        for (const action of wish.actions) {
          if (await caller.authorize(action, { user: name, server: '' })) continue;
          throw new TshubError('forbidden', {
            problem: `uid ${caller.uid} is not allowed to have a token with these scopes (polkit action ${action})`,
          });
        }
        // A token never holds more than its owner: what polkit gave beyond that is tshubctl's, with the uid in the note and in the log.
        const user = wish.isOwn ? await parts.admit(name) : undefined;
        const owner = ownerOf(who, user);
        countToken(caller.uid);
        const token = await tokens.issue({
          owner: owner.kind === 'user' ? { kind: 'user', id: owner.id } : owner,
          scopes: wish.scopes,
          note: `Issued over the bus to uid ${caller.uid}`,
          expiresIn: tokenLife,
        });
        const whose = owner.kind === 'user' ? owner.name : `uid ${caller.uid}${name === '' ? '' : ` (${name})`}`;
        log.info(
          { event: 'token', user: owner.name, scopes: wish.scopes.join(' '), from: `uid ${caller.uid}` },
          `a token for ${tokenLife / 60} minutes was issued to ${whose}`,
        );
        return [token.text, parts.apiUrl, BigInt(clock.now() + tokenLife * 1000)];
      },

      async ListServers(caller) {
        const who = await whoIs(accounts, caller.uid);
        const shown = (await seesAll(caller, who)) ? servers.active() : await ownServers(who);
        return shown
          .filter((server) => server.active)
          .map((server) => ({ ...entryOf(server), groups: [...parts.groupsOf(server.user)] }));
      },

      async ListUsage(caller) {
        const who = await whoIs(accounts, caller.uid);
        const shown = (await seesAll(caller, who)) ? servers.active() : await ownServers(who);
        return listUsage(
          servers,
          shown.filter((server) => server.ready),
        );
      },

      async ListUsers(caller, offset, limit) {
        const who = await whoIs(accounts, caller.uid);
        if (!(await seesAll(caller, who))) {
          const user = await userOf(who);
          const own = user === undefined ? [] : [user];
          return [own.slice(offset, offset + limit).map((one) => userEntryOf(one, servers)), own.length];
        }
        const page = await users.list({ offset, limit: Math.min(limit, longestPage), sort: 'name' });
        const guests = await parts.guests();
        return [page.users.map((one) => userEntryOf(one, servers, guests.has(one.id))), page.total];
      },

      async SetServerLimits(caller, name, server, limits) {
        const who = await whoIs(accounts, caller.uid);
        if (who.kind === 'culler') throw new TshubError('forbidden', { problem: 'the culler does not set limits' });
        await checkAllowed(caller, who, name, server, orders.limit);
        const user = await knownUser(name);
        if (servers.get(name, server)?.active !== true)
          throw new TshubError('not_running', { server: labelOf(name, server) });
        await servers.setLimits(hubCaller(parts.access, caller, who, await userOf(who), []), user.name, server, limits);
      },

      async StartServer(caller, name, server, options) {
        const who = await whoIs(accounts, caller.uid);
        if (who.kind === 'culler') throw new TshubError('forbidden', { problem: 'the culler does not start servers' });
        await checkAllowed(caller, who, name, server, orders.start);
        const isOwn = who.kind === 'person' && who.name === name;
        // One's own login rules count at any time; somebody else's user is enough if the hub has it.
        const user = isOwn ? await parts.admit(name) : ((await users.byName(name)) ?? (await parts.admit(name)));
        const self = isOwn ? user : await userOf(who);
        const hubCallerNow = hubCaller(parts.access, caller, who, self, [`servers!user=${user.name}`]);
        const hasOptions = Object.keys(options).length > 0;
        const { done } = await servers.start(hubCallerNow, user, server, hasOptions ? options : null);
        return entryOf(await done);
      },

      async StopServer(caller, name, server, reason) {
        const who = await whoIs(accounts, caller.uid);
        if (who.kind !== 'culler') await checkAllowed(caller, who, name, server, orders.stop);
        const user = await knownUser(name);
        if (servers.get(name, server)?.active !== true)
          throw new TshubError('not_running', { server: labelOf(name, server) });
        const hubCallerNow = hubCaller(parts.access, caller, who, await userOf(who), [`servers!user=${user.name}`]);
        const { done } = await servers.stop(hubCallerNow, user, server, reason);
        await done;
      },
    },
    properties: {
      ActiveServers: () => servers.activeCount,
      Version: () => version,
    },
  };
}

async function listUsage(servers: ServersRoom, shown: readonly Server[]): Promise<WireDict[]> {
  const users = [...new Set(shown.map(({ user }) => user))];
  const entries = await Promise.all([
    ...shown.map(async ({ user, name }) => [user, name, await servers.usage(user, name)] as const),
    ...users.map(async (user) => [user, undefined, await servers.userUsage(user)] as const),
  ]);
  return entries.flatMap(([user, name, usage]) => (usage === undefined ? [] : [usageEntryOf(user, name, usage)]));
}

function labelOf(user: string, server: string): string {
  return server === '' ? `the server of ${printable(user)}` : `the server "${printable(server)}" of ${printable(user)}`;
}
