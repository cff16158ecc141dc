/** A role as its scopes and who holds it. `everyone`: held by each user, as `user` is unless the settings name its members. */
export interface Role {
  readonly name: string;
  readonly description: string;
  /** Raw, as given. */
  readonly scopes: readonly string[];
  readonly everyone: boolean;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

/**
 * Who is in which group and who holds which role, in memory: every request asks, and only a few writers change it
 * (docs/design/decisions/0004). Filled at start; the rooms `groups` and `roles` write the database first, then this.
 */
export class Directory {
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #membersOf = new Map<string, Set<string>>();
  readonly #roles = new Map<string, Role>();
  readonly #rolesOf = {
    user: new Map<string, Set<string>>(),
    group: new Map<string, Set<string>>(),
    service: new Map<string, Set<string>>(),
  };
  #version = 0;

  /** Grows with every change: what was worked out from an older version is to be worked out anew. */
  get version(): number {
    return this.#version;
  }

  /** Told by whoever else has a say in permissions (shares) that something changed. */
  changed(): void {
    this.#version += 1;
  }

  groupsOf(user: string): ReadonlySet<string> {
    return this.#groupsOf.get(user) ?? none;
  }

  membersOf(group: string): ReadonlySet<string> {
    return this.#membersOf.get(group) ?? none;
  }

  addMember(group: string, user: string): void {
    addTo(this.#membersOf, group, user);
    addTo(this.#groupsOf, user, group);
    this.#version += 1;
  }

  removeMember(group: string, user: string): void {
    takeFrom(this.#membersOf, group, user);
    takeFrom(this.#groupsOf, user, group);
    this.#version += 1;
  }

  role(name: string): Role | undefined {
    return this.#roles.get(name);
  }

  roles(): readonly Role[] {
    return [...this.#roles.values()];
  }

  /** Adds or replaces. */
  setRole(role: Role): void {
    this.#unlist(role.name);
    this.#roles.set(role.name, role);
    for (const user of role.users) addTo(this.#rolesOf.user, user, role.name);
    for (const group of role.groups) addTo(this.#rolesOf.group, group, role.name);
    for (const service of role.services) addTo(this.#rolesOf.service, service, role.name);
    this.#version += 1;
  }

  removeRole(name: string): void {
    this.#unlist(name);
    this.#roles.delete(name);
    this.#version += 1;
  }

  /** Roles given to a user, a group or a service by name; not those that everyone has. */
  rolesOf(kind: 'group' | 'service' | 'user', name: string): ReadonlySet<string> {
    return this.#rolesOf[kind].get(name) ?? none;
  }

  /** A user has another name, or none any more. */
  renameUser(from: string, to: string | null): void {
    for (const group of this.groupsOf(from)) {
      takeFrom(this.#membersOf, group, from);
      if (to !== null) addTo(this.#membersOf, group, to);
    }
    move(this.#groupsOf, from, to);
    this.#renameHolder('user', from, to);
  }

  removeGroup(group: string): void {
    for (const user of this.membersOf(group)) takeFrom(this.#groupsOf, user, group);
    this.#membersOf.delete(group);
    this.#renameHolder('group', group, null);
  }

  #renameHolder(kind: 'group' | 'service' | 'user', from: string, to: string | null): void {
    const key = `${kind}s` as const;
    for (const name of [...this.rolesOf(kind, from)]) {
      const role = this.#roles.get(name);
      if (role === undefined) continue;
      const holders = new Set(role[key]);
      holders.delete(from);
      if (to !== null) holders.add(to);
      this.setRole({ ...role, [key]: holders });
    }
    this.#version += 1;
  }

  #unlist(name: string): void {
    const role = this.#roles.get(name);
    if (role === undefined) return;
    for (const user of role.users) takeFrom(this.#rolesOf.user, user, name);
    for (const group of role.groups) takeFrom(this.#rolesOf.group, group, name);
    for (const service of role.services) takeFrom(this.#rolesOf.service, service, name);
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

function takeFrom(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values?.delete(value) === true && values.size === 0) map.delete(key);
}

function move(map: Map<string, Set<string>>, from: string, to: string | null): void {
  const values = map.get(from);
  if (values === undefined) return;
  map.delete(from);
  if (to !== null) map.set(to, values);
}
