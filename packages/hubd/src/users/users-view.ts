import type { ServerModel } from '@tshub/contract';
import { formatTimestamp } from '@tshub/http';
import type { Access } from '../access/access.ts';
import type { NamedUser } from '../access/filter.ts';
import type { UserInfo } from '../login/authenticators/authenticator.ts';
import type { Server } from '../servers/server.ts';
import type { User } from './user.ts';

export interface UserViewOptions {
  readonly access: Pick<Access, 'groupsOf' | 'rolesOf'>;
  readonly serverModel: (server: Server) => ServerModel;
  readonly includeStopped: boolean;
  /** What the login said of the person; null when it said nothing. */
  readonly info: UserInfo | null;
}

/** Everything that the API can say of a user; what a caller may see of it is for access/filter.ts. */
export function userModelOf(user: User, servers: readonly Server[], options: UserViewOptions): NamedUser {
  const shown = servers.filter((server) => server.active || options.includeStopped);
  const models = Object.fromEntries(shown.map((server) => [server.name, options.serverModel(server)]));
  const main = servers.find((server) => server.name === '' && server.active);
  return {
    kind: 'user',
    name: user.name,
    admin: user.admin,
    roles: [...options.access.rolesOf({ kind: 'user', id: user.id, name: user.name, admin: user.admin })],
    groups: [...options.access.groupsOf(user.name)].toSorted(),
    server: main?.ready === true ? (models['']?.url ?? null) : null,
    pending: main?.pending ?? null,
    created: formatTimestamp(user.created),
    last_activity: formatTimestamp(user.lastActivity),
    servers: models,
    auth_state: null,
    user_info: options.info,
  };
}
