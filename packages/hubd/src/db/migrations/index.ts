import * as first from './001-first.ts';
import * as endedSessions from './002-ended-sessions.ts';
import * as permissions from './003-permissions.ts';
import * as loginRecords from './010-login-records.ts';
import * as displayName from './020-display-name.ts';
import * as adminGiven from './021-admin-given.ts';
import * as services from './030-services.ts';
import * as shares from './040-shares.ts';
import * as keptServers from './050-kept-servers.ts';
import * as endDetail from './060-end-detail.ts';
import * as admin from './080-admin.ts';
import * as importedTokens from './090-imported-tokens.ts';
import * as configuredTokens from './091-configured-tokens.ts';

/** The migrations in order; an imported list, because a folder scan does not survive bundling. */
export const migrations = [
  { name: '001-first', ...first },
  { name: '002-ended-sessions', ...endedSessions },
  { name: '003-permissions', ...permissions },
  { name: '010-login-records', ...loginRecords },
  { name: '020-display-name', ...displayName },
  { name: '021-admin-given', ...adminGiven },
  { name: '030-services', ...services },
  { name: '040-shares', ...shares },
  { name: '050-kept-servers', ...keptServers },
  { name: '060-end-detail', ...endDetail },
  { name: '080-admin', ...admin },
  { name: '090-imported-tokens', ...importedTokens },
  { name: '091-configured-tokens', ...configuredTokens },
] as const;
