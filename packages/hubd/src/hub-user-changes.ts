import type { Settings } from '@tshub/config';
import type { Log } from '@tshub/daemon';
import type { HubData } from './hub-data.ts';
import { hubUserName } from './login/user-name.ts';
import type { Servers } from './servers/server.ts';
import { makeUserChanges, type UserChanges } from './users/user-changes.ts';

/** A name as a login would have it; null for what no user can be called. With PAM, names are those of accounts. */
export function userNameBy(settings: () => Settings): (typed: string) => string | null {
  return (typed) => hubUserName(settings().login, typed.trim(), settings().login.authenticator === 'pam');
}

export function makeHubUserChanges(
  data: HubData,
  parts: { readonly servers: Pick<Servers, 'whileStopped'>; readonly settings: () => Settings; readonly log: Log },
): UserChanges {
  const { access, directory, users, tokens, roles, shares } = data;
  const { servers, settings, log } = parts;
  return makeUserChanges({
    access,
    directory,
    users,
    servers,
    tokens,
    roles,
    shares,
    userName: userNameBy(settings),
    log,
  });
}
