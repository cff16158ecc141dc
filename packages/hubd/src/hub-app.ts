import type { RequestListener } from 'node:http';
import { Router } from '@koa/router';
import { apiBase, routes, TshubError } from '@tshub/contract';
import {
  answerDirectly,
  apiHeaders,
  apiRoutes,
  errorBoundary,
  type Exchange,
  type FailureLog,
  type Handlers,
  mountRoutes,
  type ApiOptions,
  type PathResource,
  type PublicError,
  securityHeaders,
} from '@tshub/http';
import Koa, { type Context } from 'koa';
import type { Access } from './access/access.ts';
import { requireScope, requireSome } from './access/require.ts';
import type { Caller, Resource } from './caller/caller.ts';
import type { Identify } from './caller/identify.ts';
import { apiOnly } from './hub-listeners.ts';
import type { RequestMeter } from './metrics/request-meter.ts';

export interface AppParts {
  readonly log: FailureLog & { debug(fields: Readonly<Record<string, unknown>>, sentence: string): void };
  /** Advertised to clients. */
  readonly version: () => string;
  readonly handlers: Handlers<typeof routes, Caller>;
  readonly access: Pick<Access, 'server' | 'user'>;
  readonly identify: Identify;
  /** By a token alone. */
  readonly identifyToken: (exchange: Exchange) => Promise<Caller | null>;
  /** Around everything, to count and time requests. */
  readonly meter: RequestMeter;
  /** Around everything that people read: in which language. */
  readonly speaking: Koa.Middleware;
  /** Puts login cookies on the application. */
  readonly installSessions: (app: Koa) => void;
  readonly mountPages: (router: Router) => void;
  readonly renderError: (ctx: Context, error: PublicError) => void | Promise<void>;
}

/** The web side of the hub: programs with a token are answered at once; then headers and errors around everything, the API, pages. */
export function makeApp(parts: AppParts): RequestListener {
  const app = new Koa({ proxy: true });
  const api = apiRoutes(routes, parts.handlers, {
    base: apiBase,
    head: ['/health'],
    ...scopeChecks(parts.access),
  });
  const pages = new Router();
  pages.get('/hub/health', (ctx) => {
    ctx.type = 'text/html';
    ctx.body = '';
  });
  parts.mountPages(pages);

  app.use(parts.meter.middleware);
  app.use(parts.speaking);
  app.use(securityHeaders({ version: parts.version, apiBase }));
  app.use(apiOnly());
  app.use(errorBoundary({ log: parts.log, apiBase, renderPage: parts.renderError }));
  parts.installSessions(app);
  app.use(mountRoutes(api, parts.identify));
  app.use(pages.routes());
  app.use((ctx) => {
    // A path that there is, asked for with a method that there is not.
    if (pages.match(ctx.path, ctx.method).path.length > 0) throw new TshubError('method_not_allowed');
    throw new TshubError('not_found', { what: ctx.path });
  });
  // What happens after an answer has begun can only be written down: mostly browsers that went away.
  app.on('error', (error: unknown) => parts.log.debug({ error }, 'A connection ended before its answer'));
  return answerDirectly(
    api,
    {
      log: parts.log,
      identify: parts.identifyToken,
      headers: headersFor(parts.version),
      observe: parts.meter.observe,
    },
    app.callback(),
  );
}

/** Worked out again when the version is another one. */
function headersFor(version: () => string): () => readonly string[] {
  let known: { readonly version: string; readonly headers: readonly string[] } | undefined;
  return () => {
    const current = version();
    if (known?.version !== current) known = { version: current, headers: apiHeaders(current) };
    return known.headers;
  };
}

/** How routes ask for their scopes, over HTTP and from inside. */
export function scopeChecks(access: AppParts['access']): Pick<ApiOptions<Caller>, 'requireScope' | 'requireSome'> {
  return {
    requireScope: (caller, anyOf, path) => requireScope(caller, anyOf, resourceOf(access, path)),
    requireSome,
  };
}

/** What a path names, with the groups that matter to filters. */
function resourceOf(access: Pick<Access, 'server' | 'user'>, path: PathResource): Resource {
  switch (path.kind) {
    case 'user':
      return access.user(path.user);
    case 'server':
      return access.server(path.user, path.server);
    default:
      return path;
  }
}
