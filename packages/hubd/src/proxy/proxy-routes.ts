import type { Settings } from '@tshub/config';
import { type proxyRoutes, type RouteEntry, type RouteModel, TshubError, paths } from '@tshub/contract';
import { type Handlers, pageOf, readPage } from '@tshub/http';
import type { Caller } from '../caller/caller.ts';

export interface ProxyRoutesParts {
  readonly settings: () => Settings;
  /** Puts the routes right; gives those that were there. */
  readonly reconcile: () => Promise<unknown>;
  readonly routes: () => Promise<readonly RouteEntry[]>;
}

/** Handlers about the proxy (peer's contract 2.8). */
export function proxyHandlers({ settings, reconcile, routes }: ProxyRoutesParts): Handlers<typeof proxyRoutes, Caller> {
  return {
    async 'proxy.check'() {
      await reconcile();
      return { status: 200 };
    },
    async 'proxy.list'({ ctx, query }) {
      const { api_page_default_limit: defaultLimit, api_page_max_limit: maxLimit } = settings().hub;
      const page = readPage(ctx, query, { defaultLimit, maxLimit });
      const all = [hubRoute, ...(await routes()).map(modelOf)].toSorted((a, b) => (a.routespec < b.routespec ? -1 : 1));
      const shown = all.slice(page.offset, page.offset + page.limit);
      const items = Object.fromEntries(shown.map((route) => [route.routespec, route]));
      return pageOf(ctx, page, all.length, items);
    },
    async 'proxy.moved'({ body }) {
      // The proxy is found on the bus, where nobody else can take its name; an address from outside would be believed instead.
      const given = ['api_url', 'auth_token'].filter((key) => body[key] !== undefined);
      if (given.length > 0)
        throw new TshubError('bad_request', {
          problem: `${given.join(', ')}: the proxy of tshub is found on the bus and has no other address`,
        });
      await reconcile();
      return { status: 200 };
    },
  };
}

const hubRoute: RouteModel = { routespec: '/', target: `unix:${paths.hubSocket}`, data: { hub: true } };

function modelOf({ prefix, target, data, lastActivity }: RouteEntry): RouteModel {
  return {
    routespec: prefix,
    target,
    data: { ...data, last_activity: new Date(Number(lastActivity)).toISOString() },
  };
}
