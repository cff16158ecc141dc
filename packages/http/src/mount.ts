import { TshubError, type Route, type ScopeName } from '@tshub/contract';
import type { Context, Middleware } from 'koa';
import { readJson } from './body.ts';
import type { Handler, Handlers } from './handler.ts';
import { send } from './send.ts';
import { RouteTree } from './route-tree.ts';
import { parseInput, plainQuery } from './validate.ts';

/** What a path names; the filter that a scope must cover. */
export type PathResource =
  | { readonly kind: 'none' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'server'; readonly user: string; readonly server: string }
  | { readonly kind: 'service'; readonly service: string };

export interface MountOptions<Caller> {
  readonly base: string;
  /** Paths below the base that answer HEAD as they answer GET. */
  readonly head: readonly string[];
  /** Who asks; null for nobody. Throws when a cookie came without its XSRF token. */
  readonly identify: (ctx: Context) => Promise<Caller | null>;
  /** Throws no_scope or not_accessible. */
  readonly requireScope: (caller: Caller, anyOf: readonly ScopeName[], resource: PathResource) => void;
  /** For lists: throws no_scope unless one of them is held in some form. */
  readonly requireSome: (caller: Caller, anyOf: readonly ScopeName[]) => void;
}

type Table = Readonly<Record<string, Route>>;

type Run = (ctx: Context, params: Readonly<Record<string, string>>) => Promise<void>;

/**
 * Serves every route of a table below the base; refuses, at start, a route without a handler and a handler without a route.
 * To others it says (peer's contract 2.1): OPTIONS 200, wrong method and most HEADs 405, unknown path 404.
 */
export function mountRoutes<T extends Table, Caller extends { readonly via: string }>(
  table: T,
  handlers: Handlers<T, Caller>,
  options: MountOptions<Caller>,
): Middleware {
  const missing = Object.keys(table).filter((name) => !(name in handlers));
  const extra = Object.keys(handlers).filter((name) => !(name in table));
  if (missing.length > 0) throw new Error(`routes without a handler: ${missing.join(', ')}`);
  if (extra.length > 0) throw new Error(`handlers without a route: ${extra.join(', ')}`);
  const tree = new RouteTree<Run>();
  for (const [name, route] of Object.entries(table)) {
    const run = makeRun(route, handlers[name] as unknown as Handler<Route, Caller>, options);
    for (const path of pathsOf(route.path)) tree.add(route.method, path, run);
  }
  const { base, head } = options;
  return (ctx, next) => {
    const { path, method } = ctx;
    if (!path.startsWith(base) || (path.length > base.length && path[base.length] !== '/')) return next();
    const below = path.slice(base.length);
    const found = tree.find(below === '' ? '/' : below);
    if (found === undefined) throw new TshubError('not_found', { what: path });
    if (method === 'OPTIONS') {
      ctx.status = 200;
      ctx.body = '';
      return Promise.resolve();
    }
    const route = found.methods.get(method === 'HEAD' && head.includes(below) ? 'GET' : method);
    if (route === undefined) throw new TshubError('method_not_allowed');
    return route.value(ctx, Object.fromEntries(route.names.map((name, i) => [name, found.values[i] ?? ''])));
  };
}

/** The path itself; for a server also its empty name, which is the default server's. */
function pathsOf(path: string): string[] {
  if (path.endsWith('/:server')) return [path, path.slice(0, -':server'.length)];
  return [path];
}

function makeRun<Caller extends { readonly via: string }>(
  route: Route,
  handler: Handler<Route, Caller>,
  options: MountOptions<Caller>,
): Run {
  const path = options.base + route.path;
  return async (ctx, given) => {
    // For whoever counts requests by what they ask for.
    ctx.state['route'] = path;
    // The default server's path has no name in it.
    const params = route.path.includes(':server') ? { server: '', ...given } : given;
    const caller = await checkCaller(ctx, route, params, options);
    const query =
      route.query === undefined ? plainQuery(ctx.query) : parseInput(route.query, plainQuery(ctx.query), 'query');
    const body = route.body === undefined ? undefined : parseInput(route.body, await readJson(ctx.req), 'body');
    // The types of Handlers promise each handler what its route declares; this is where it is made true.
    const reply = await handler({
      ctx,
      caller: caller as never,
      params,
      query: query as never,
      body: body as never,
    });
    if (reply !== undefined) send(ctx, reply);
  };
}

async function checkCaller<Caller extends { readonly via: string }>(
  ctx: Context,
  route: Route,
  params: Readonly<Record<string, string>>,
  options: MountOptions<Caller>,
): Promise<Caller | null> {
  // A handler that checks by itself also decides how to identify: OAuth's endpoints do not take tokens.
  if (route.open === 'anyone' || route.open === 'handler') return null;
  const caller = await options.identify(ctx);
  if (caller === null || (caller.via === 'cookie' && !isJson(ctx))) throw new TshubError('no_credentials');
  checkScopes(route, caller, params, options);
  return caller;
}

/** Throws no_scope or not_accessible unless the caller holds what the route asks for. */
export function checkScopes<Caller>(
  route: Route,
  caller: Caller,
  params: Readonly<Record<string, string>>,
  options: Pick<MountOptions<Caller>, 'requireScope' | 'requireSome'>,
): void {
  if (route.list === true) options.requireSome(caller, route.scopes);
  else if (route.scopes.length > 0) options.requireScope(caller, route.scopes, resourceOf(route.path, params));
}

/** A form of another site can be posted with a cookie, but not as JSON (peer's contract 2.1). */
function isJson(ctx: Context): boolean {
  if (ctx.method === 'GET') return true;
  const type = ctx.get('Content-Type');
  return type === '' || type.toLowerCase().startsWith('application/json');
}

/** `/users/:user/server` and below is the default server, `/users/:user/servers/:server` a named one; so it is with `/shares/:user/:server`. */
export function resourceOf(path: string, params: Readonly<Record<string, string>>): PathResource {
  const { group, user, service } = params;
  if (group !== undefined) return { kind: 'group', group };
  if (service !== undefined) return { kind: 'service', service };
  if (user === undefined) return { kind: 'none' };
  if (/^\/(users\/:user\/servers?|share(s|-codes)\/:user\/:server)(\/|$)/.test(path))
    return { kind: 'server', user, server: params['server'] ?? '' };
  return { kind: 'user', user };
}
