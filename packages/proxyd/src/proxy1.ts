import type { Implementation } from '@tshub/bus';
import { type proxy1, TshubError, version } from '@tshub/contract';
import { maxProbeMs } from './probe.ts';
import type { Proxy } from './proxy.ts';

/** The proxy on the bus. Who may call is the contract's matter and checked before. */
export function proxy1For(proxy: Proxy): Implementation<typeof proxy1> {
  return {
    methods: {
      AddRoute: (_caller, prefix, target, uid, data) => proxy.routes.add({ prefix, target, uid, data }),
      GetStatus: async () => ({ ...proxy.status() }),
      ListRoutes: async () =>
        proxy.routes.list().map((route) => ({ ...route, lastActivity: BigInt(route.lastActivity) })),
      Probe: async (_caller, target, uid, path, timeoutMs) => {
        if (!/^\/[\x21-\x7e]*$/.test(path))
          throw new TshubError('bad_request', { problem: 'path: expected a path that begins with "/"' });
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
