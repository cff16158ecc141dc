import type { PeerImport } from '@tshub/contract';
import type { ManagedRole } from '../roles/role.ts';
import { attempt, type Importing } from './importing.ts';

/** Users, and who administers. */
export async function importUsers(importing: Importing, users: PeerImport['users']): Promise<void> {
  const namesakes = new Map<string, string[]>();
  for (const { name: theirs } of users) {
    const name = importing.userName(theirs);
    if (name !== null) namesakes.set(name, [...(namesakes.get(name) ?? []), theirs]);
  }
  for (const { name: theirs, admin, lastActivity } of users) {
    const name = importing.userName(theirs);
    const alike = name === null ? [] : (namesakes.get(name) ?? []);
    if (alike.length > 1) {
      // Two people must not become one: each would have the other's tokens and rights.
      importing.note('user', theirs, 'skip', `${alike.join(', ')} would all be called ${name} here`);
      continue;
    }
    if (name === null) {
      importing.note('user', theirs, 'skip', 'no user of this hub can be called so');
      continue;
    }
    const user = await importing.users.byName(name);
    importing.known.set(theirs, name);
    if (user !== undefined && (user.admin || !admin)) {
      importing.note('user', name, 'same');
      continue;
    }
    const why = admin ? 'administrator' : '';
    await attempt(importing, ['user', name, user === undefined ? 'add' : 'change'], () => make(name), why);

    async function make(made: string): Promise<void> {
      await importing.users.add([made], false);
      if (admin) await importing.roles.grant('admin', { kind: 'user', name: made });
      const here = await importing.users.byName(made);
      if (here !== undefined && lastActivity !== null) importing.users.touch(here.id, lastActivity);
    }
  }
}

/** Groups with their members; properties only with a group that is new. */
export async function importGroups(importing: Importing, groups: PeerImport['groups']): Promise<void> {
  for (const { name, users, properties } of groups) {
    const wanted = users.flatMap((user) => importing.known.get(user) ?? []);
    const group = await importing.groups.byName(name);
    if (group === undefined) {
      await attempt(importing, ['group', name, 'add'], async () => {
        const [made] = await importing.groups.create([name], { users: wanted });
        if (made !== undefined && Object.keys(properties).length > 0)
          await importing.groups.setProperties(made, properties);
      });
      continue;
    }
    const missing = wanted.filter((user) => !importing.groupMembers(name).has(user));
    if (missing.length === 0) importing.note('group', name, 'same');
    else if (group.managed === 'config') importing.note('group', name, 'skip', 'its members are in tshub.toml');
    else {
      const join = (): Promise<void> => importing.groups.addUsers(group, missing);
      await attempt(importing, ['group', name, 'change'], join, `with ${missing.join(', ')}`);
    }
  }
}

/** Roles of the other hub's own making, and who holds them. Those that every hub has are the same here. */
export async function importRoles(importing: Importing, roles: PeerImport['roles']): Promise<void> {
  for (const role of roles) {
    const here = importing.roles.get(role.name);
    if (here?.managed === 'built-in') importing.note('role', role.name, 'same');
    else if (here !== undefined && !sameScopes(here, role))
      importing.note('role', role.name, 'skip', 'there is one of that name with other scopes');
    else await importRole(importing, role, here);
  }
}

async function importRole(
  importing: Importing,
  { name, description, scopes, ...theirs }: PeerImport['roles'][number],
  here: ManagedRole | undefined,
): Promise<void> {
  const { access, known, roles } = importing;
  const unknown = scopes.filter((scope) => !access.knows(scope));
  if (unknown.length > 0) {
    const why = `no such scope: ${unknown.join(', ')}; a scope of your own goes into [custom_scopes] first`;
    return importing.note('role', name, 'skip', why);
  }
  const holders = [
    ...theirs.users.flatMap((user) => known.get(user) ?? []).map((holder) => ({ kind: 'user', name: holder }) as const),
    ...theirs.groups.map((holder) => ({ kind: 'group', name: holder }) as const),
    ...theirs.services
      .filter((service) => importing.services.get(service) !== undefined)
      .map((holder) => ({ kind: 'service', name: holder }) as const),
  ].filter((holder) => here?.[`${holder.kind}s`].has(holder.name) !== true);
  if (here !== undefined && holders.length === 0) return importing.note('role', name, 'same');
  await attempt(
    importing,
    ['role', name, here === undefined ? 'add' : 'change'],
    async () => {
      if (here === undefined) await roles.create({ name, description, scopes });
      for (const holder of holders) await roles.grant(name, holder);
    },
    holders.length === 0 ? '' : `held by ${holders.map((holder) => `${holder.kind} ${holder.name}`).join(', ')}`,
  );
}

function sameScopes(here: ManagedRole, theirs: { readonly scopes: readonly string[] }): boolean {
  const wanted = new Set(theirs.scopes);
  return wanted.size === new Set(here.scopes).size && here.scopes.every((scope) => wanted.has(scope));
}
