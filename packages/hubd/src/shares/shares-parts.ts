import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';
import type { PageLimits } from '@tshub/http';
import type { Access } from '../access/access.ts';
import type { Groups } from '../groups/group.ts';
import type { UsersStore } from '../users/user.ts';
import type { ShareCodes, SharedServer, Shares } from './share.ts';
import type { ShareViewParts } from './shares-view.ts';

/** What the handlers of this room work with. */
export interface SharesRoutesParts extends ShareViewParts {
  readonly access: Access;
  readonly shares: Shares;
  readonly codes: ShareCodes;
  readonly users: Pick<UsersStore, 'byName'>;
  readonly groups: Pick<Groups, 'byName'>;
  readonly log: Log;
}

/** A server that has a row; throws not_found. */
export function knownServer(shares: Pick<Shares, 'server'>) {
  return async (user: string, name: string): Promise<SharedServer> => {
    const server = await shares.server(user, name);
    if (server === undefined) throw new TshubError('not_found', { what: `Server ${user}/${name}` });
    return server;
  };
}

/** These lists are as long as can be, whether the client knows of pages or not. */
export function pageLimits({ settings }: Pick<ShareViewParts, 'settings'>): PageLimits {
  const { api_page_max_limit: maxLimit } = settings().hub;
  return { defaultLimit: maxLimit, maxLimit };
}
