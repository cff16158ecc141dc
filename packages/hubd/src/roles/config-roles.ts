import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Directory } from '../access/directory.ts';
import type { Groups } from '../groups/group.ts';
import type { UsersStore } from '../users/user.ts';
import type { Holder, HolderKind, ManagedRole } from './role.ts';

export interface ConfigRolesParts {
  readonly settings: Pick<Settings, 'groups' | 'roles'>;
  readonly directory: Directory;
  readonly groups: Groups;
  readonly users: Pick<UsersStore, 'addMissing'>;
  readonly roles: RolesForConfig;
  /** Names of the services that there are. */
  readonly services: ReadonlySet<string>;
}

/** What only the settings may do to roles; see roles.ts. */
export interface RolesForConfig {
  get(name: string): ManagedRole | undefined;
  list(): readonly ManagedRole[];
  define(role: Pick<ManagedRole, 'description' | 'everyone' | 'managed' | 'name' | 'scopes'>): Promise<void>;
  forget(name: string): Promise<void>;
  grant(name: string, holder: Holder): Promise<void>;
  revoke(name: string, holder: Holder): Promise<void>;
}

/** Makes groups and roles what tshub.toml says (peer's contract 3.9): groups gain, roles are exact, roles that left the file go. */
export async function applyConfigRoles(parts: ConfigRolesParts): Promise<void> {
  const { settings, groups, roles } = parts;
  requireServices(parts);
  for (const [name, { users, properties }] of Object.entries(settings.groups)) {
    await parts.users.addMissing(users);
    const group = (await groups.byName(name)) ?? (await groups.create([name], { managed: 'config' }))[0];
    if (group === undefined) continue;
    await groups.addUsers(group, users);
    if (Object.keys(properties).length > 0) await groups.setProperties(group, properties);
  }
  for (const role of roles.list()) {
    if (role.managed === 'config' && settings.roles[role.name] === undefined) await roles.forget(role.name);
  }
  for (const name of Object.keys(settings.roles)) await applyRole(parts, name);
}

/** Before anything is written: a file with a mistake in it changes nothing. */
function requireServices({ settings, services }: ConfigRolesParts): void {
  for (const [name, role] of Object.entries(settings.roles)) {
    const unknown = role.services.find((service) => !services.has(service));
    if (unknown === undefined) continue;
    const problem = `tshub.toml: roles.${name}.services: there is no service ${JSON.stringify(unknown)}`;
    throw new TshubError('config_invalid', { problem });
  }
}

async function applyRole({ settings, directory, groups, users, roles }: ConfigRolesParts, name: string): Promise<void> {
  const wanted = settings.roles[name];
  if (wanted === undefined) return;
  const known = roles.get(name);
  const isBuiltIn = known?.managed === 'built-in';
  await roles.define({
    name,
    description: wanted.description ?? known?.description ?? '',
    scopes: wanted.scopes ?? (isBuiltIn ? known.scopes : []),
    everyone: name === 'user' && wanted.users === undefined,
    managed: isBuiltIn ? 'built-in' : 'config',
  });
  await users.addMissing(wanted.users ?? []);
  for (const group of wanted.groups) {
    if ((await groups.byName(group)) === undefined) await groups.create([group], { managed: 'config' });
  }
  const holders: Array<readonly [HolderKind, readonly string[] | undefined, ReadonlySet<string>]> = [
    ['user', wanted.users, directory.role(name)?.users ?? new Set()],
    ['group', wanted.groups, directory.role(name)?.groups ?? new Set()],
    ['service', wanted.services, directory.role(name)?.services ?? new Set()],
  ];
  for (const [kind, exact, now] of holders) {
    // Who administers is also said by [login] and at runtime: a list left out takes nobody away there.
    if (exact === undefined || (isBuiltIn && exact.length === 0)) continue;
    for (const holder of exact) await roles.grant(name, { kind, name: holder });
    for (const holder of now) if (!exact.includes(holder)) await roles.revoke(name, { kind, name: holder });
  }
}
