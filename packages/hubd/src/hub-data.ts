import { noSecrets, type Settings } from '@tshub/config';
import { makeAccess } from './access/access.ts';
import { customScopes } from './access/custom-scopes.ts';
import { Directory } from './access/directory.ts';
import { builtInServices } from './access/roles.ts';
import { openDatabase } from './db/open.ts';
import { makeGroups } from './groups/groups.ts';
import type { HubParts } from './hub-parts.ts';
import { openEndedSessions } from './login/ended-sessions.ts';
import { makeLoginRecords } from './login/login-records.ts';
import { makeOAuthClients } from './oauth/clients.ts';
import { makeCodesStore } from './oauth/codes-store.ts';
import { applyConfigRoles } from './roles/config-roles.ts';
import { makeRoles } from './roles/roles.ts';
import { applyConfigServices } from './services/config-services.ts';
import { makeServices } from './services/services.ts';
import { makeShareCodes } from './shares/share-codes.ts';
import { makeShares } from './shares/shares.ts';
import { applyConfigTokens } from './tokens/config-tokens.ts';
import { makePeerTokens } from './tokens/peer-tokens.ts';
import { makeTokensPages } from './tokens/tokens-pages.ts';
import { makeTokens } from './tokens/tokens.ts';
import { makeUsersPages } from './users/users-pages.ts';
import { makeUsersStore } from './users/users-store.ts';

/** The rooms that keep rows: loaded, and with what the configuration says applied. */
export type HubData = Awaited<ReturnType<typeof openHubData>>;

/** Opens the database and the rooms over it. `onRoutes` is called when what services proxy changes. */
export async function openHubData(parts: HubParts, settings: () => Settings, onRoutes: () => Promise<void>) {
  const { clock, log, accounts } = parts;
  const current = settings();
  const db =
    typeof parts.db === 'string' ? await openDatabase({ file: parts.db, url: current.hub.db_url, log }) : parts.db;
  const users = makeUsersStore(db, clock, (error, count) =>
    log.warn({ error }, `activity of ${count} users could not be written down; the next reports will be`),
  );
  const directory = new Directory();
  const shares = makeShares({ db, directory, clock });
  const shareCodes = makeShareCodes(db, clock);
  const access = makeAccess({ directory, custom: customScopes(current.custom_scopes), sharedWith: shares.sharedWith });
  const groups = makeGroups({ db, directory, onRemoved: (group) => shares.reload('group', group) });
  const roles = makeRoles({ db, directory, knows: access.knows, setAdmin: users.setAdmin });
  await groups.load();
  await roles.load();
  await shares.load();
  const peerTokens = makePeerTokens(db, clock);
  const tokens = makeTokens({ db, clock, settings, peer: peerTokens });
  const clients = makeOAuthClients({ db, tokens });
  const services = makeServices({ db, directory, access, roles, tokens, clients, accounts, log, onRoutes });
  await services.load();
  const serviceNames = [
    ...builtInServices,
    ...Object.keys(current.services),
    ...services.list().map(({ name }) => name),
  ];
  await applyConfigRoles({ settings: current, directory, groups, users, roles, services: new Set(serviceNames) });
  await applyConfigServices({ settings: current, services, credential: parts.credential ?? (() => undefined) });
  await applyConfigTokens({
    db,
    clock,
    settings: current,
    texts: parts.secrets?.().tokens ?? {},
    users,
    knows: access.knows,
  });
  const codes = makeCodesStore(db, clock);
  const ended = await openEndedSessions(db, clock);
  const records = makeLoginRecords({ db, keys: () => parts.secrets?.().authStateKeys ?? noSecrets.authStateKeys });
  return {
    db,
    users,
    usersPages: makeUsersPages(db, () => users.flush()),
    directory,
    shares,
    shareCodes,
    access,
    groups,
    roles,
    peerTokens,
    tokens,
    tokensPages: makeTokensPages(db, clock),
    clients,
    services,
    codes,
    ended,
    records,
  };
}
