import { type RoleModel, type roleRoutes, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { Handlers, Reply } from '@tshub/http';
import type { Access } from '../access/access.ts';
import { requireGrantable } from '../access/grant.ts';
import { byWhom } from '../caller/by-whom.ts';
import type { Caller } from '../caller/caller.ts';
import type { UsersStore } from '../users/user.ts';
import type { HolderKind, ManagedRole, Roles } from './role.ts';

export interface RolesRoutesParts {
  readonly access: Pick<Access, 'expand' | 'scopesOf' | 'scopesOfRole'>;
  readonly roles: Roles;
  readonly users: Pick<UsersStore, 'admins'>;
  readonly isService: (name: string) => boolean;
  readonly log: Log;
}

type Holding = { readonly caller: Caller; readonly params: { readonly role: string; readonly name: string } };

/** Handlers about roles. Whoever changes one must hold what it allows: before the change and after it. */
export function roleHandlers(parts: RolesRoutesParts): Handlers<typeof roleRoutes, Caller> {
  const { access, roles, log } = parts;
  const known = (name: string): ManagedRole => {
    const role = roles.get(name);
    if (role === undefined) throw new TshubError('not_found', { what: `Role ${name.slice(0, 60)}` });
    return role;
  };
  const modelOf = async (role: ManagedRole): Promise<RoleModel> => ({
    kind: 'role',
    name: role.name,
    description: role.description,
    scopes: [...role.scopes],
    managed: role.managed,
    everyone: role.everyone,
    // Who administers is a flag of the user.
    users: [...role.users, ...(role.name === 'admin' ? await parts.users.admins() : [])].toSorted(),
    groups: [...role.groups].toSorted(),
    services: [...role.services].toSorted(),
  });
  const note = (caller: Caller, role: string, what: string): void =>
    log.info({ event: 'role-changed', role, ...byWhom(caller) }, `role ${role} ${what} by ${caller.owner.name}`);

  const grant =
    (kind: HolderKind) =>
    async ({ caller, params }: Holding): Promise<Reply> => {
      const role = mayBeHeld(known(params.role));
      requireGrantable(access, caller, role.scopes);
      if (kind === 'service' && !parts.isService(params.name))
        throw new TshubError('not_found', { what: `Service ${params.name.slice(0, 60)}` });
      await roles.grant(role.name, { kind, name: params.name });
      note(caller, role.name, `was given to ${kind} ${params.name}`);
      return { status: 204 };
    };
  const revoke =
    (kind: HolderKind) =>
    async ({ caller, params }: Holding): Promise<Reply> => {
      const role = mayBeHeld(known(params.role));
      requireGrantable(access, caller, role.scopes);
      await roles.revoke(role.name, { kind, name: params.name });
      note(caller, role.name, `was taken from ${kind} ${params.name}`);
      return { status: 204 };
    };

  return {
    async 'roles.create'({ caller, body }) {
      requireGrantable(access, caller, body.scopes);
      const role = await roles.create({ description: '', ...dropUndefined(body) });
      note(caller, role.name, `was made of [${role.scopes.join(', ')}]`);
      return { status: 201, json: await modelOf(role) };
    },
    async 'roles.delete'({ caller, params }) {
      const role = known(params.role);
      requireGrantable(access, caller, role.scopes);
      await roles.remove(role.name);
      note(caller, role.name, 'was deleted');
      return { status: 204 };
    },
    'roles.get': async ({ params }) => ({ status: 200, json: await modelOf(known(params.role)) }),
    'roles.grantGroup': grant('group'),
    'roles.grantService': grant('service'),
    'roles.grantUser': grant('user'),
    'roles.list': async () => ({ status: 200, json: await Promise.all(roles.list().map(modelOf)) }),
    'roles.revokeGroup': revoke('group'),
    'roles.revokeService': revoke('service'),
    'roles.revokeUser': revoke('user'),
    async 'roles.update'({ caller, params, body }) {
      const role = known(params.role);
      requireGrantable(access, caller, [...role.scopes, ...(body.scopes ?? [])]);
      const changed = await roles.update(role.name, dropUndefined(body));
      note(caller, role.name, `was changed to [${changed.scopes.join(', ')}]`);
      return { status: 200, json: await modelOf(changed) };
    },
  };
}

/** Holders of a role of the settings or the login are made exact there: given here, it would be gone again unasked. */
function mayBeHeld(role: ManagedRole): ManagedRole {
  if (role.managed === '' || role.managed === 'built-in') return role;
  const by = role.managed === 'config' ? 'is defined in tshub.toml' : 'comes from the login';
  throw new TshubError('role_managed', { role: role.name, by });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function dropUndefined<T extends object>(body: T): Defined<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Defined<T>;
}
