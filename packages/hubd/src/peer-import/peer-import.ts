import { type ImportEntry, type PeerImport, TshubError } from '@tshub/contract';
import type { Access } from '../access/access.ts';
import type { Caller } from '../caller/caller.ts';
import type { Groups } from '../groups/group.ts';
import type { Roles } from '../roles/role.ts';
import type { Servers } from '../servers/server.ts';
import type { Services } from '../services/service.ts';
import type { Shares } from '../shares/share.ts';
import type { UsersStore } from '../users/user.ts';
import type { PeerTokens } from '../tokens/peer-tokens.ts';
import { importGroups, importRoles, importUsers } from './import-people.ts';
import { importShares } from './import-shares.ts';
import { importTokens } from './import-tokens.ts';

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

/**
 * Takes over what another hub knew. It only ever adds: what is here stays as it is, and a second time changes nothing.
 * Each thing by itself, so that one that cannot come along keeps nobody out.
 */
export async function importPeer(
  parts: PeerImportParts,
  caller: Caller,
  document: PeerImport,
  apply: boolean,
): Promise<readonly ImportEntry[]> {
  const entries: ImportEntry[] = [];
  const importing: Importing = {
    ...parts,
    caller,
    apply,
    known: new Map(),
    note: (kind, name, what, why = '') => void entries.push({ kind, name, what, why }),
  };
  await importUsers(importing, document.users);
  await importGroups(importing, document.groups);
  await importRoles(importing, document.roles);
  for (const { name } of document.services) {
    const isHere = parts.services.get(name) !== undefined;
    const why = `services are of root's choosing: give it a section [services.${name}], and import once more for its tokens`;
    importing.note('service', name, isHere ? 'same' : 'skip', isHere ? '' : why);
  }
  await importTokens(importing, document.tokens);
  await importShares(importing, document.shares);
  return entries;
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
