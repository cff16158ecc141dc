import type { Role } from '../access/directory.ts';

export type { Role };
export type HolderKind = 'group' | 'service' | 'user';

/** A role with who looks after it: tshub itself, the settings, the login, or the API (''). */
export interface ManagedRole extends Role {
  readonly managed: '' | 'built-in' | 'config' | 'login';
}

export interface Holder {
  readonly kind: HolderKind;
  readonly name: string;
}

export interface Roles {
  /** Fills the directory from the database; once, before anybody asks. Groups must have been loaded. */
  load(): Promise<void>;
  get(name: string): ManagedRole | undefined;
  /** Sorted by name. */
  list(): readonly ManagedRole[];
  /** Throws role_exists, bad_request. */
  create(role: Pick<Role, 'description' | 'name' | 'scopes'>, managed?: ManagedRole['managed']): Promise<ManagedRole>;
  /** Throws role_managed for one that the settings or tshub look after. */
  update(name: string, change: Partial<Pick<Role, 'description' | 'scopes'>>): Promise<ManagedRole>;
  remove(name: string): Promise<void>;
  /** Throws not_found for a holder that there is not, role_managed. */
  grant(name: string, holder: Holder): Promise<void>;
  revoke(name: string, holder: Holder): Promise<void>;
  /** A user has another name: so it is in the scopes of roles made over the API. Who holds what is in the directory. */
  renameUser(from: string, to: string): Promise<void>;
}
