import { defaultRoles } from '@tshub/contract';
import type { Owner, ScopeSet } from '../caller/caller.ts';
import { expandScopes } from './expand.ts';

/** The programs of this host that have tokens or scopes of their own, and the role that each has. */
const services: Readonly<Record<string, keyof typeof defaultRoles>> = {
  culler: 'culler',
  // Root and others without an account in the hub; a token of theirs never holds more than polkit let them ask for.
  tshubctl: 'admin',
};

/** Names of the built-in roles of an owner, sorted. */
export function rolesOf(owner: Owner): ReadonlyArray<keyof typeof defaultRoles> {
  if (owner.kind === 'user') return owner.admin ? ['admin', 'user'] : ['user'];
  const role = Object.hasOwn(services, owner.name) ? services[owner.name] : undefined;
  return role === undefined ? [] : [role];
}

/** Everything that an owner may do now, by its roles (peer's contract 3.4). */
export function scopesOf(owner: Owner): ScopeSet {
  return expandScopes(
    rolesOf(owner).flatMap((role) => defaultRoles[role]),
    { owner },
  );
}

/** What lets a token say whose it is; shown on `GET /user` in any case. */
export function identifyScopes(owner: Owner): readonly string[] {
  if (owner.kind === 'service') return [`read:services:name!service=${owner.name}`];
  return [`read:users:name!user=${owner.name}`, `read:users:groups!user=${owner.name}`];
}
