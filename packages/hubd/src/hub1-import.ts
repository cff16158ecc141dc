import type { BusCaller } from '@tshub/bus';
import { type ImportEntry, type ImportReport, type PeerImport, peerImport, TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import * as z from 'zod';
import type { Access } from './access/access.ts';
import { byWhom } from './caller/by-whom.ts';
import type { Caller } from './caller/caller.ts';
import { type Accounts, hubCaller, whoIs } from './hub1-callers.ts';

export interface ImportPeerParts {
  readonly access: Access;
  readonly accounts: Accounts;
  readonly importPeer: (caller: Caller, document: PeerImport, apply: boolean) => Promise<readonly ImportEntry[]>;
  readonly log: Log;
}

/** Who brings users, roles and tokens decides who may do what: polkit is asked just that, also for a look at what would come. */
export function makeImportPeer({ access, accounts, importPeer, log }: ImportPeerParts) {
  return async (caller: BusCaller, text: string, apply: boolean): Promise<string> => {
    const who = await whoIs(accounts, caller.uid);
    if (who.kind === 'culler' || !(await caller.authorize('org.tshub.hub.manage-roles', { user: '', server: '' })))
      throw new TshubError('forbidden', { problem: `uid ${caller.uid} is not allowed to import users and tokens` });
    const self = hubCaller(access, caller, who, undefined, ['admin:servers', 'start:servers']);
    const entries = await importPeer(self, read(text), apply);
    if (apply) {
      const count = (what: ImportEntry['what']): number => entries.filter((one) => one.what === what).length;
      log.info(
        { event: 'imported', ...byWhom(self) },
        `imported from another hub: ${count('add')} added, ${count('change')} changed, ${count('skip')} left out`,
      );
    }
    return JSON.stringify({ entries: [...entries] } satisfies ImportReport);
  };
}

function read(text: string): PeerImport {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new TshubError('bad_request', { problem: 'document: expected JSON' }, { cause });
  }
  const parsed = peerImport.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new TshubError('bad_request', { problem: `document: ${z.prettifyError(parsed.error).slice(0, 400)}` });
}
