import type { Route } from '@tshub/contract';
import { type ApiOptions, checkScopes } from './api-routes.ts';
import type { ApiRequest, Handler, Handlers, Reply } from './handler.ts';
import { parseInput } from './validate.ts';

type Table = Readonly<Record<string, Route>>;

/** What a route is asked from inside; a route that reads the HTTP request itself (pages of a list, OAuth) has no place here. */
export type Question<R extends Route, Caller> = {
  readonly caller: Caller;
  readonly params: ApiRequest<R, Caller>['params'];
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
};

/** Asks a route of the API from inside the process. */
export type Calls<T extends Table, Caller> = <Name extends keyof T & string>(
  name: Name,
  question: Question<T[Name], Caller>,
) => Promise<Reply>;

/** Routes for programs of this process: the scopes are checked, the body is parsed and the handler is run as for a request over HTTP. */
export function makeCalls<T extends Table, Caller>(
  table: T,
  handlers: Handlers<T, Caller>,
  options: Pick<ApiOptions<Caller>, 'requireScope' | 'requireSome'>,
): Calls<T, Caller> {
  return async (name, { caller, params, body = null, query = {} }) => {
    const route: Route = table[name] as Route;
    checkScopes(route, caller, params, options);
    const handler = handlers[name] as unknown as Handler<Route, Caller>;
    const reply = await handler({
      // Nobody has sent a request.
      ctx: undefined as never,
      caller,
      params,
      query: (route.query === undefined ? {} : parseInput(route.query, query, 'query')) as never,
      body: (route.body === undefined ? undefined : parseInput(route.body, body, 'body')) as never,
    });
    return reply ?? { status: 200 };
  };
}
