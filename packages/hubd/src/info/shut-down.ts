import type { Log } from '@tshub/daemon';
import type { Access } from '../access/access.ts';
import type { byWhom } from '../caller/by-whom.ts';
import type { Servers } from '../servers/server.ts';
import type { UsersStore } from '../users/user.ts';

export interface ShutDownParts {
  readonly access: Pick<Access, 'scopesOf'>;
  readonly servers: Pick<Servers, 'active' | 'stop'>;
  readonly users: Pick<UsersStore, 'byId'>;
  readonly log: Log;
  /** Ends the process, in good order and for good. */
  readonly end: () => void;
}

/** Ends the hub until somebody starts it again. User servers run on unless `servers` is said: that is what the hub is restarted for. */
export type ShutDown = (who: ReturnType<typeof byWhom>, options: { readonly servers: boolean }) => void;

export function makeShutDown({ access, servers, users, log, end }: ShutDownParts): ShutDown {
  const stopServers = async (by: string): Promise<void> => {
    const owner = { kind: 'service', name: 'tshubctl' } as const;
    const caller = {
      owner,
      scopes: access.scopesOf(owner),
      via: 'bus',
      tokenId: null,
      sessionId: null,
      from: by,
    } as const;
    const stops = servers.active().map(async ({ userId, name }) => {
      const user = await users.byId(userId);
      if (user !== undefined) await (await servers.stop(caller, user, name, 'the hub was shut down')).done;
    });
    const failed = (await Promise.allSettled(stops)).filter(({ status }) => status === 'rejected').length;
    if (failed > 0) log.warn(`${failed} servers could not be stopped; they are left to themselves`);
  };
  let begun = false;
  return (who, options) => {
    const { by } = who;
    if (begun) return;
    begun = true;
    log.info(
      { event: 'shutdown', ...who },
      `${by} shuts the hub down; user servers ${options.servers ? 'are stopped first' : 'run on'}`,
    );
    void (options.servers ? stopServers(by) : Promise.resolve()).finally(end);
  };
}
