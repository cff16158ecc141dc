import { performance } from 'node:perf_hooks';
import type { Middleware } from 'koa';
import type { HubMetrics } from './hub-metrics.ts';

export interface RequestMeter {
  /** Around everything that Koa answers. */
  readonly middleware: Middleware;
  /** For what is answered without it. */
  observe(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
}

/** Counts requests by the path of their route, of which there are only so many; what no route answers is one of them. */
export function makeRequestMeter(metrics: Pick<HubMetrics, 'logouts' | 'requests'>): RequestMeter {
  const observe: RequestMeter['observe'] = ({ method, route, status, seconds }) => {
    metrics.requests.observe(seconds, { method, handler: route, code: String(status) });
    if (route === '/hub/logout' && method === 'POST') metrics.logouts.observe(seconds);
  };
  return {
    observe,
    async middleware(ctx, next) {
      const began = performance.now();
      try {
        await next();
      } finally {
        const matched: unknown = ctx.state['route'] ?? ctx['_matchedRoute'];
        const route = typeof matched === 'string' ? matched : 'none';
        const seconds = (performance.now() - began) / 1000;
        observe({ method: ctx.method, route, status: ctx.status, seconds });
      }
    },
  };
}
