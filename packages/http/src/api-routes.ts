import { parse } from 'node:querystring';
import { TshubError, type Route, type ScopeName } from '@tshub/contract';
import { readJson } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Handler, Handlers, Reply } from './handler.ts';
import { RouteTree } from './route-tree.ts';
import { parseInput, plainQuery } from './validate.ts';

/** What a path names; the filter that a scope must cover. */
export type PathResource =
  | { readonly kind: 'none' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'user'; readonly user: string }
  | { readonly kind: 'server'; readonly user: string; readonly server: string }
  | { readonly kind: 'service'; readonly service: string };

export interface ApiOptions<Caller> {
  readonly base: string;
  /** Paths below the base that answer HEAD as they answer GET. */
  readonly head: readonly string[];
  /** Throws no_scope or not_accessible. */
  readonly requireScope: (caller: Caller, anyOf: readonly ScopeName[], resource: PathResource) => void;
  /** For lists: throws no_scope unless one of them is held in some form. */
  readonly requireSome: (caller: Caller, anyOf: readonly ScopeName[]) => void;
}

type Params = Readonly<Record<string, string>>;

/** A route with what answers it. */
export interface Answering<Caller> {
  readonly route: Route;
  /** The whole path, with its parameters' names: what requests are counted by. */
  readonly path: string;
  /** Checks who asks, reads what was sent, and lets the handler answer; nothing when it has answered by itself. */
  readonly run: (exchange: Exchange, params: Params, identify: () => Promise<Caller | null>) => Promise<Reply | void>;
}

/** What there is at a path. */
export interface FoundRoutes<Caller> {
  of(method: string): { readonly answering: Answering<Caller>; readonly params: Params } | undefined;
}

export interface ApiRoutes<Caller> {
  readonly options: ApiOptions<Caller>;
  /** Below the base; undefined when there is nothing there. */
  find(below: string): FoundRoutes<Caller> | undefined;
}

type Table = Readonly<Record<string, Route>>;

/** A table of routes with its handlers; refuses, at start, a route without a handler and a handler without a route. */
export function apiRoutes<T extends Table, Caller extends { readonly via: string }>(
  table: T,
  handlers: Handlers<T, Caller>,
  options: ApiOptions<Caller>,
): ApiRoutes<Caller> {
  const missing = Object.keys(table).filter((name) => !(name in handlers));
  const extra = Object.keys(handlers).filter((name) => !(name in table));
  if (missing.length > 0) throw new Error(`routes without a handler: ${missing.join(', ')}`);
  if (extra.length > 0) throw new Error(`handlers without a route: ${extra.join(', ')}`);
  const tree = new RouteTree<Answering<Caller>>();
  for (const [name, route] of Object.entries(table)) {
    const run = makeRun(route, handlers[name] as unknown as Handler<Route, Caller>, options);
    const answering = { route, path: options.base + route.path, run };
    for (const path of pathsOf(route.path)) tree.add(route.method, path, answering);
  }
  return {
    options,
    find(below) {
      const found = tree.find(below === '' ? '/' : below);
      if (found === undefined) return undefined;
      return {
        of(method) {
          const one = found.methods.get(method === 'HEAD' && options.head.includes(below) ? 'GET' : method);
          return one && { answering: one.value, params: paramsOf(one.value.route.path, one.names, found.values) };
        },
      };
    },
  };
}

/** The path itself; for a server also its empty name, which is the default server's. */
function pathsOf(path: string): string[] {
  if (path.endsWith('/:server')) return [path, path.slice(0, -':server'.length)];
  return [path];
}

function paramsOf(path: string, names: readonly string[], values: readonly string[]): Params {
  // The default server's path has no name in it.
  const params: Record<string, string> = path.includes(':server') ? { server: '' } : {};
  names.forEach((name, i) => (params[name] = values[i] ?? ''));
  return params;
}

function makeRun<Caller extends { readonly via: string }>(
  route: Route,
  handler: Handler<Route, Caller>,
  options: ApiOptions<Caller>,
): Answering<Caller>['run'] {
  return async (exchange, params, identify) => {
    const caller = await checkCaller(exchange, route, params, options, identify);
    const given = plainQuery(exchange.querystring === '' ? {} : parse(exchange.querystring));
    const query = route.query === undefined ? given : parseInput(route.query, given, 'query');
    const body = route.body === undefined ? undefined : parseInput(route.body, await readJson(exchange.req), 'body');
    // The types of Handlers promise each handler what its route declares; this is where it is made true.
    return handler({
      ctx: exchange,
      caller: caller as never,
      params,
      query: query as never,
      body: body as never,
    });
  };
}

async function checkCaller<Caller extends { readonly via: string }>(
  exchange: Exchange,
  route: Route,
  params: Params,
  options: ApiOptions<Caller>,
  identify: () => Promise<Caller | null>,
): Promise<Caller | null> {
  // A handler that checks by itself also decides how to identify: OAuth's endpoints do not take tokens.
  if (route.open === 'anyone' || route.open === 'handler') return null;
  const caller = await identify();
  if (caller === null || (caller.via === 'cookie' && !isJson(exchange))) throw new TshubError('no_credentials');
  checkScopes(route, caller, params, options);
  return caller;
}

/** Throws no_scope or not_accessible unless the caller holds what the route asks for. */
export function checkScopes<Caller>(
  route: Route,
  caller: Caller,
  params: Params,
  options: Pick<ApiOptions<Caller>, 'requireScope' | 'requireSome'>,
): void {
  if (route.list === true) options.requireSome(caller, route.scopes);
  else if (route.scopes.length > 0) options.requireScope(caller, route.scopes, resourceOf(route.path, params));
}

/** A form of another site can be posted with a cookie, but not as JSON (peer's contract 2.1). */
function isJson(exchange: Exchange): boolean {
  if (exchange.method === 'GET') return true;
  const type = exchange.get('Content-Type');
  return type === '' || type.toLowerCase().startsWith('application/json');
}

/** `/users/:user/server` and below is the default server, `/users/:user/servers/:server` a named one; so it is with `/shares/:user/:server`. */
export function resourceOf(path: string, params: Params): PathResource {
  const { group, user, service } = params;
  if (group !== undefined) return { kind: 'group', group };
  if (service !== undefined) return { kind: 'service', service };
  if (user === undefined) return { kind: 'none' };
  if (/^\/(users\/:user\/servers?|share(s|-codes)\/:user\/:server)(\/|$)/.test(path))
    return { kind: 'server', user, server: params['server'] ?? '' };
  return { kind: 'user', user };
}
