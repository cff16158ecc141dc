import { defaultRoles, serverFullName } from '@tshub/contract';

/** The scopes of a server's own token. `!server` is spelt out: a plain API token belongs to no OAuth client that could stand for it. */
export function serverScopes(user: string, server: string): readonly string[] {
  return defaultRoles.server.map((scope) =>
    scope.endsWith('!server') ? `${scope}=${serverFullName(user, server)}` : scope,
  );
}
