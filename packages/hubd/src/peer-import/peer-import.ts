import type { ImportEntry, PeerImport } from '@tshub/contract';
import type { Caller } from '../caller/caller.ts';
import { importGroups, importRoles, importUsers } from './import-people.ts';
import { importShares } from './import-shares.ts';
import { importTokens } from './import-tokens.ts';
import type { Importing, PeerImportParts } from './importing.ts';

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
