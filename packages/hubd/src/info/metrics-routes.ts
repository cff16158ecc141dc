import type { Router } from '@koa/router';
import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import { type Reply, send } from '@tshub/http';
import type { Context } from 'koa';
import { requireScope } from '../access/require.ts';
import type { Identify } from '../caller/identify.ts';
import type { HubMetrics } from '../metrics/hub-metrics.ts';

export interface MetricsRoutesParts {
  readonly settings: () => Settings;
  readonly identify: Identify;
  readonly metrics: HubMetrics;
}

export interface MetricsRoutes {
  readonly showMetrics: (ctx: Context) => Promise<Reply>;
  readonly mount: (router: Router) => void;
}

/** Metrics, at two addresses (peer's contract 2.2). */
export function makeMetricsRoutes({ settings, identify, metrics }: MetricsRoutesParts): MetricsRoutes {
  const showMetrics = async (ctx: Context): Promise<Reply> => {
    if (settings().hub.authenticate_prometheus) {
      const caller = await identify(ctx);
      if (caller === null) throw new TshubError('no_credentials');
      requireScope(caller, ['read:metrics'], { kind: 'none' });
    }
    return { status: 200, text: await metrics.render(), type: 'text/plain; version=0.0.4; charset=utf-8' };
  };
  return {
    showMetrics,
    mount(router) {
      router.get('/hub/metrics', async (ctx) => send(ctx, await showMetrics(ctx)));
    },
  };
}
