/** A group of the hub's users. Its members are in access/directory.ts. */
export interface Group {
  readonly id: number;
  readonly name: string;
  /** Free for programs, such as a form that reads a quota there. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Who looks after it: the API, the settings, or the login. */
  readonly managed: '' | 'config' | 'login';
}

export interface GroupQuery {
  readonly offset: number;
  readonly limit: number;
  /** Only these names; the horizontal filter of the caller's scopes. */
  readonly only?: readonly string[];
  /** Part of the name, in any case. */
  readonly nameFilter?: string;
  /** By id if not said. */
  readonly sort?: 'name' | '-name';
}

export interface Groups {
  /** Fills the directory from the database; once, before anybody asks. */
  load(): Promise<void>;
  byName(name: string): Promise<Group | undefined>;
  list(query: GroupQuery): Promise<{ readonly groups: readonly Group[]; readonly total: number }>;
  /** All or none of them; throws group_exists. */
  create(
    names: readonly string[],
    options?: { readonly users?: readonly string[]; readonly managed?: Group['managed'] },
  ): Promise<readonly Group[]>;
  remove(group: Group): Promise<void>;
  /** Names of users that there are not: throws bad_request, and nobody is added. */
  addUsers(group: Group, users: readonly string[]): Promise<void>;
  removeUsers(group: Group, users: readonly string[]): Promise<void>;
  setProperties(group: Group, properties: Group['properties']): Promise<Group>;
  /** Puts a user into exactly these of the groups that the login looks after, made if need be; other memberships stay. */
  syncUser(user: { readonly id: number; readonly name: string }, groups: readonly string[]): Promise<void>;
}
