import { type ImportEntry, TshubError } from '@tshub/contract';
import type { Access } from '../access/access.ts';
import type { Caller } from '../caller/caller.ts';
import type { Groups } from '../groups/group.ts';
import type { Roles } from '../roles/role.ts';
import type { Servers } from '../servers/server.ts';
import type { Services } from '../services/service.ts';
import type { Shares } from '../shares/share.ts';
import type { UsersStore } from '../users/user.ts';
import type { PeerTokens } from '../tokens/peer-tokens.ts';

export interface PeerImportParts {
  readonly access: Pick<Access, 'knows'>;
  readonly users: UsersStore;
  readonly groups: Groups;
  readonly groupMembers: (group: string) => ReadonlySet<string>;
  readonly roles: Roles;
  readonly services: Pick<Services, 'get'>;
  readonly shares: Pick<Shares, 'find' | 'grant' | 'server'>;
  readonly servers: Pick<Servers, 'create' | 'get' | 'update'>;
  readonly tokens: PeerTokens;
  /** A name as a login would have it; null for what no user can be called. */
  readonly userName: (typed: string) => string | null;
}

/** One import: what it works with, and what it found. */
export interface Importing extends PeerImportParts {
  readonly caller: Caller;
  /** Only says what it would do, if false. */
  readonly apply: boolean;
  /** Users of the other hub that are here, or would be after this import, by the name that they had there. */
  readonly known: Map<string, string>;
  note(kind: ImportEntry['kind'], name: string, what: ImportEntry['what'], why?: string): void;
}

/** Does one thing, if it is to be done; what the rooms refuse becomes a reason. */
export async function attempt(
  { apply, note }: Pick<Importing, 'apply' | 'note'>,
  [kind, name, what]: readonly [ImportEntry['kind'], string, 'add' | 'change'],
  work: () => Promise<unknown>,
  why = '',
): Promise<boolean> {
  try {
    if (apply) await work();
    note(kind, name, what, why);
    return true;
  } catch (error) {
    if (!(error instanceof TshubError)) throw error;
    note(kind, name, 'skip', error.message);
    return false;
  }
}
