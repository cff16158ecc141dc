import type { BusCaller, Implementation } from '@tshub/bus';
import { type proxy1, TshubError, version } from '@tshub/contract';
import { maxProbeMs } from './probe.ts';
import type { Proxy } from './proxy.ts';
import type { Targets } from './targets.ts';

const lookAction = 'org.tshub.proxy.manage-routes';

/**
 * The proxy on the bus. What the contract gives to the hub's account alone is refused to others before it gets here; what
 * polkit decides is asked here, but not of the hub, which made the routes.
 */
export function proxy1For(proxy: Proxy, hubUid: number, targets: Targets): Implementation<typeof proxy1> {
  return {
    methods: {
      AddRoute: async (_caller, prefix, target, uid, data) => {
        await targets.check(prefix, target, uid);
        await proxy.routes.add({ prefix, target, uid, data });
      },
      GetStatus: async () => ({ ...proxy.status() }),
      ListRoutes: async (caller) => {
        await requireLook(caller, hubUid);
        return proxy.routes.list().map((route) => ({ ...route, lastActivity: BigInt(route.lastActivity) }));
      },
      Probe: async (_caller, target, uid, path, timeoutMs) => {
        if (!/^\/[\x21-\x7e]*$/.test(path))
          throw new TshubError('bad_request', { problem: 'path: expected a path that begins with "/"' });
        targets.checkServer(target, uid);
        const answer = await proxy.probe({ target, uid, path, timeoutMs: Math.min(timeoutMs, maxProbeMs) });
        return [answer.status, answer.version, answer.problem];
      },
      RemoveRoute: (_caller, prefix) => proxy.routes.remove(prefix),
    },
    properties: {
      RouteCount: () => proxy.routes.table.size,
      Version: () => version,
    },
  };
}

async function requireLook(caller: BusCaller, hubUid: number): Promise<void> {
  if (caller.uid === hubUid || (await caller.authorize(lookAction))) return;
  throw new TshubError('forbidden', {
    problem: 'to see the routes, be in the group tshub-admin or give the password of an administrator',
  });
}
