/** A person known to the hub. Times are milliseconds since 1970, null for never. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly admin: boolean;
  readonly created: number;
  readonly lastActivity: number | null;
  /** Random; changing it ends every login of this user. */
  readonly cookieId: string;
}

export interface UserQuery {
  readonly offset: number;
  readonly limit: number;
  /** active: has a server row that is active; inactive: has none. */
  readonly state?: 'active' | 'inactive';
  readonly nameFilter?: string;
  readonly sort?: 'id' | '-id' | 'name' | '-name' | 'last_activity' | '-last_activity';
  /** Of those that match, whom this picks by id: for what is known in memory only. The query must match few. */
  readonly among?: (id: number) => boolean;
  /** Only these and the members of these groups; the horizontal filter of the caller's scopes. */
  readonly only?: { readonly users: readonly string[]; readonly groups: readonly string[] };
}

export interface UsersStore {
  byName(name: string): Promise<User | undefined>;
  byId(id: number): Promise<User | undefined>;
  byCookieId(cookieId: string): Promise<User | undefined>;
  list(query: UserQuery): Promise<{ readonly users: readonly User[]; readonly total: number }>;
  count(): Promise<number>;
  /** At a login: makes the user if there is none. Whether the login makes them an administrator follows it; who was made one otherwise stays so. */
  ensure(name: string, admin: boolean): Promise<User>;
  /** Makes those that there are not, and returns these. */
  add(names: readonly string[], admin: boolean): Promise<readonly User[]>;
  /** Names of all administrators. */
  admins(): Promise<readonly string[]>;
  /** Throws user_exists. */
  rename(id: number, name: string): Promise<User>;
  /** Makes those that there are not, as no administrators. */
  addMissing(names: readonly string[]): Promise<void>;
  /** For good, or until the next login that makes them one; false when there is no such user. */
  setAdmin(name: string, admin: boolean): Promise<boolean>;
  remove(id: number): Promise<void>;
  /** Keeps the later time: known at once, in the database within a second. */
  touch(id: number, at: number): void;
  /** What was touched is in the database when this returns. */
  flush(): Promise<void>;
  renewCookieId(id: number): Promise<User>;
}
