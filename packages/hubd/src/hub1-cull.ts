import type { BusCaller, Implementation } from '@tshub/bus';
import { type hub1, TshubError } from '@tshub/contract';
import type { Hub1Parts } from './hub1.ts';
import { cullerService, hubCaller } from './hub1-callers.ts';
import type { Caller } from './caller/caller.ts';
import { serverLabel } from './servers/server-name.ts';
import type { User } from './users/user.ts';

type Methods = Pick<Implementation<typeof hub1>['methods'], 'RemoveServer' | 'RemoveUser'>;

/** What the culler does beside stopping servers. The hub asks its own settings what may go, whatever the culler says. */
export function cullMethods(parts: Hub1Parts, knownUser: (name: string) => Promise<User>): Methods {
  const { access, changes, guests, servers, settings } = parts;
  const culler = (caller: BusCaller): Caller => hubCaller(access, caller, { kind: 'culler' }, undefined, []);

  return {
    async RemoveServer(caller, name, server) {
      const user = await knownUser(name);
      const { done } = await servers.remove(culler(caller), user, server);
      await done;
    },

    async RemoveUser(caller, name) {
      const user = await knownUser(name);
      const { cull_users, cull_admin_users, cull_guests } = settings().culler;
      const isGuest = cull_guests && (await guests()).has(user.id);
      if (!cull_users && !isGuest) throw refusal('users', 'cull_users');
      if (user.admin && !cull_admin_users) throw refusal('administrators', 'cull_admin_users');
      const active = servers.ofUser(user.id).find((server) => server.active);
      if (active !== undefined)
        throw new TshubError('already_running', { server: serverLabel(user.name, active.name) });
      const by = culler(caller);
      // Who may delete administrators is whoever wrote the settings; the culler alone may not.
      const admin = {
        owner: { kind: 'service', name: cullerService },
        scopes: access.scopesOfRole('admin') ?? [],
      } as const;
      await changes.remove(user.admin ? { ...by, scopes: access.expand(admin.scopes, admin.owner) } : by, user);
    },
  };
}

function refusal(whom: string, setting: string): TshubError {
  return new TshubError('forbidden', {
    problem: `${whom} are not deleted by the culler; see [culler] ${setting} in tshub.toml(5)`,
  });
}
