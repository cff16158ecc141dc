import { defaultRoles } from '@tshub/contract';
import type { Owner } from '../caller/caller.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { Access } from './access.ts';
import type { Role } from './directory.ts';

/** Root and people of this host who act with the leave of polkit. */
export const ctlService = 'tshubctl';

/** The programs of this host that have tokens or scopes of their own, and the role that each has. */
const rolesOfServices: Readonly<Record<string, readonly string[]>> = {
  culler: ['culler'],
  // Root and others without an account in the hub; a token of theirs never holds more than polkit let them ask for.
  [ctlService]: ['admin'],
};

export const builtInServices: readonly string[] = Object.keys(rolesOfServices);

const says: Readonly<Record<keyof typeof defaultRoles, string>> = {
  admin: 'Manage the hub, its users and their servers',
  culler: 'Stop idle servers',
  server: 'What the token of a user server may do',
  token: 'What a token may do that was made without saying what',
  user: "Manage one's own account and servers",
};

/** The roles that there always are. `admin` is held by the flag of a user, `user` by everyone. */
export function builtInRoles(): Role[] {
  return Object.entries(defaultRoles).map(([name, scopes]) => ({
    name,
    description: says[name as keyof typeof defaultRoles],
    scopes,
    everyone: name === 'user',
    users: new Set(),
    groups: new Set(),
    services: new Set(builtInServices.filter((service) => rolesOfServices[service]?.includes(name))),
  }));
}

/** What lets a token say whose it is; shown on `GET /user` in any case. */
export function identifyScopes(owner: Owner): readonly string[] {
  if (owner.kind === 'service') return [`read:services:name!service=${owner.name}`];
  return [`read:users:name!user=${owner.name}`, `read:users:groups!user=${owner.name}`];
}

/** What lets a token of a client into what the client stands for (peer's contract 3.4). */
export function accessScopes(client: Pick<OAuthClient, 'server' | 'service'>): readonly string[] {
  if (client.server !== null) return [`access:servers!server=${client.server.user}/${client.server.server}`];
  return client.service === null ? [] : [`access:services!service=${client.service}`];
}

/** A service as its own token shows it. */
export function serviceModelOf(owner: Owner & { readonly kind: 'service' }, access: Pick<Access, 'rolesOf'>) {
  const roles = [...access.rolesOf(owner)];
  return { kind: 'service' as const, name: owner.name, admin: roles.includes('admin'), roles };
}
