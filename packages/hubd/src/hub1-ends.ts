import type { BusCaller, Implementation } from '@tshub/bus';
import { type hub1, serverEndEntry, TshubError } from '@tshub/contract';
import type { Hub1Parts } from './hub1.ts';
import { checkAllowed, hubCaller, type Order, type Who, whoIs } from './hub1-callers.ts';
import { entryOf } from './hub1-view.ts';
import type { User } from './users/user.ts';

type Methods = Pick<Implementation<typeof hub1>['methods'], 'AnnounceEnds' | 'KeepServer' | 'WatchServers'>;

interface Known {
  readonly userOf: (who: Who) => Promise<User | undefined>;
  readonly seesAll: (caller: BusCaller, who: Who) => Promise<boolean>;
  readonly knownUser: (name: string) => Promise<User>;
}

const keep: Order = {
  own: 'org.tshub.hub.manage-own-server',
  others: 'org.tshub.hub.manage-servers',
  says: 'keep this server',
};

/** Ends of servers on the bus: the culler says them, people put them off, programs hear of them. */
export function endMethods(parts: Hub1Parts, { userOf, seesAll, knownUser }: Known): Methods {
  const { accounts, servers } = parts;
  return {
    async AnnounceEnds(_, entries) {
      const ends = serverEndEntry.array().safeParse(entries);
      if (!ends.success)
        throw new TshubError('bad_request', { problem: 'expected entries of the form ServerEndEntry' });
      servers.announce(
        ends.data.map(({ user, server, at, latest, activity, rule, why, warned }) => ({
          user,
          server,
          end:
            at === 0n
              ? null
              : { at: Number(at), latest: Number(latest), activity: Number(activity), rule, why, warned },
        })),
      );
    },

    async KeepServer(caller, name, server, until) {
      const who = await whoIs(accounts, caller.uid);
      if (who.kind === 'culler') throw new TshubError('forbidden', { problem: 'the culler does not keep servers' });
      await checkAllowed(caller, who, name, server, keep);
      const user = await knownUser(name);
      const by = hubCaller(parts.access, caller, who, await userOf(who), [`servers!user=${user.name}`]);
      return entryOf(await servers.keep(by, user, server, until === 0n ? null : Number(until)));
    },

    async WatchServers(caller) {
      const who = await whoIs(accounts, caller.uid);
      if (await seesAll(caller, who)) return parts.signals.watch(caller.sender, null);
      const user = await userOf(who);
      if (user === undefined)
        throw new TshubError('forbidden', { problem: `uid ${caller.uid} is nobody whom the hub knows` });
      return parts.signals.watch(caller.sender, user.name);
    },
  };
}
