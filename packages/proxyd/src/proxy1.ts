import type { Bus, BusCaller, Implementation } from '@tshub/bus';
import { type InUse, tellInUse } from '@tshub/config';
import { proxy1, type ProxyStatistics, TshubError, version } from '@tshub/contract';
import { maxProbeMs } from './probe.ts';
import type { Proxy } from './proxy.ts';
import type { TlsStatus } from './public-front.ts';
import type { Routes } from './routes.ts';
import type { Targets } from './targets.ts';

export interface Proxy1Parts {
  readonly proxy: Proxy;
  readonly hubUid: number;
  readonly targets: Targets;
  readonly tlsStatus: () => TlsStatus;
  readonly inUse: () => InUse;
}

const action = 'org.tshub.proxy.manage-routes';

/**
 * The proxy on the bus. What the contract gives to the hub's account alone is refused to others before it gets here; what
 * polkit decides is asked here, but not of the hub, whose routes they are.
 */
export function proxy1For({ proxy, hubUid, targets, tlsStatus, inUse }: Proxy1Parts): Implementation<typeof proxy1> {
  return {
    methods: {
      AddRoute: async (caller, prefix, target, uid, data) => {
        await requireManage(caller, hubUid);
        await targets.check(prefix, target, uid);
        await proxy.routes.add({ prefix, target, uid, data });
      },
      GetSettings: async (caller) => {
        await requireManage(caller, hubUid);
        return tellInUse(inUse());
      },
      GetStatistics: async () => {
        await proxy.collect();
        return statisticsOf(proxy);
      },
      GetStatus: async () => {
        await proxy.collect();
        return { ...proxy.status(), ...tlsStatus() };
      },
      ListActivity: async (caller, since) => {
        await requireManage(caller, hubUid);
        await proxy.collect();
        const active = Object.entries(proxy.routes.activeSince(Number(since)));
        return Object.fromEntries(active.map(([prefix, at]) => [prefix, BigInt(at)]));
      },
      ListRoutes: async (caller) => {
        await requireManage(caller, hubUid);
        await proxy.collect();
        return proxy.routes.list().map(({ prefix, target, uid, data, lastActivity }) => ({
          prefix,
          target,
          uid,
          data,
          lastActivity: BigInt(lastActivity),
        }));
      },
      Probe: async (_caller, target, uid, path, timeoutMs) => {
        if (!/^\/[\x21-\x7e]*$/.test(path))
          throw new TshubError('bad_request', { problem: 'path: expected a path that begins with "/"' });
        targets.checkServer(target, uid);
        const answer = await proxy.probe({ target, uid, path, timeoutMs: Math.min(timeoutMs, maxProbeMs) });
        return [answer.status, answer.version, answer.problem];
      },
      RemoveRoute: async (caller, prefix) => {
        await requireManage(caller, hubUid);
        await proxy.routes.remove(prefix);
      },
      ReplaceRoutes: async (caller, routes) => {
        await requireManage(caller, hubUid);
        for (const [prefix, target, uid] of routes) await targets.check(prefix, target, uid);
        const wanted = routes.map(([prefix, target, uid, data]) => ({ prefix, target, uid, data }));
        const { added, removed } = await proxy.routes.replace(wanted);
        return [added, removed];
      },
    },
    properties: {
      RouteCount: () => proxy.routes.table.size,
      Version: () => version,
    },
  };
}

function statisticsOf({ counters }: Proxy): ProxyStatistics {
  return {
    requests: counters.requests,
    websocketRequests: BigInt(counters.upgrades),
    answers: Object.fromEntries([...counters.answers].map(([status, count]) => [String(status), String(count)])),
    memory: BigInt(process.memoryUsage.rss()),
  };
}

/** Tells on the bus what happens to routes, until the returned function is called. */
export function announceRoutes(bus: Bus, routes: Routes): () => void {
  return routes.onEvent((event) => {
    if (event.kind === 'replaced') bus.emit(proxy1, 'RoutesReplaced', [event.added, event.removed]);
    else bus.emit(proxy1, event.kind === 'added' ? 'RouteAdded' : 'RouteRemoved', [event.prefix]);
  });
}

async function requireManage(caller: BusCaller, hubUid: number): Promise<void> {
  if (caller.uid === hubUid || (await caller.authorize(action))) return;
  throw new TshubError('forbidden', {
    problem: 'to see or change the routes, be in the group tshub-admin or give the password of an administrator',
  });
}
