import type { Caller } from '../../caller/caller.ts';
import { ownerOf } from '../../caller/identify.ts';
import type { PagesParts } from '../parts.ts';
import type { BulkAction } from './bulk-part.ts';
import type { NewJob } from './jobs.ts';
import { isSoAlready } from './servers-routes.ts';

type Work = Pick<NewJob, 'mayGoOn' | 'step' | 'work'>;
type WorkParts = Pick<PagesParts, 'access' | 'admin' | 'servers' | 'settings' | 'users'>;

/** How many go into a group with one question to the API. */
const groupStep = 200;

/** What a job does to each, asked of the API as whoever ordered it: with what they may at that moment, not when they ordered it. */
export function bulkWork(parts: WorkParts, ordered: Caller, action: BulkAction, group: string): Work {
  const { call } = parts.admin;
  let caller = ordered;
  const mayGoOn = async (): Promise<string> => {
    const user = ordered.owner.kind === 'user' ? await parts.users.byId(ordered.owner.id) : undefined;
    if (user === undefined || parts.settings().login.blocked_users.includes(user.name))
      return 'whoever ordered it is no user any more';
    const owner = ownerOf(user);
    caller = { ...ordered, owner, scopes: parts.access.scopesOf(owner) };
    return caller.scopes.has('admin-ui') ? '' : 'whoever ordered it is no administrator any more';
  };
  const each =
    (work: (user: string) => Promise<unknown>) =>
    async ([user = '']: readonly string[]): Promise<void> => {
      await work(user);
    };
  const works: Readonly<Record<BulkAction, Pick<NewJob, 'step' | 'work'>>> = {
    delete: { step: 1, work: each((user) => call('users.delete', { caller, params: { user } })) },
    join: { step: groupStep, work: (users) => call('groups.addUsers', { caller, params: { group }, body: { users } }) },
    leave: {
      step: groupStep,
      work: (users) => call('groups.removeUsers', { caller, params: { group }, body: { users } }),
    },
    start: {
      step: 1,
      work: each((user) =>
        call('servers.startDefault', { caller, params: { user } }).catch((error: unknown) => {
          if (!isSoAlready(error)) throw error;
        }),
      ),
    },
    stop: {
      step: 1,
      work: each(async (user) => {
        const known = await parts.users.byName(user);
        const running = known === undefined ? [] : parts.servers.ofUser(known.id).filter(({ active }) => active);
        // Somebody without a running server is still asked about: nothing is said of whom one may not see.
        const names = running.length === 0 ? [''] : running.map(({ name }) => name);
        for (const server of names) await call('servers.stop', { caller, params: { user, server } });
      }),
    },
  };
  return { ...works[action], mayGoOn };
}
