import {
  apiBase,
  escapeName,
  groupRoutes,
  infoRoutes,
  roleRoutes,
  type Route,
  serverRoutes,
  serviceRoutes,
  shareRoutes,
  tokenRoutes,
  TshubError,
  userRoutes,
} from '@tshub/contract';
import { errorOfAnswer, errorOfConnection } from './failure.ts';
import { readEvents } from './events.ts';

/** What programs call; the OAuth routes are for browsers and for user servers. */
const routes = {
  ...groupRoutes,
  ...infoRoutes,
  ...roleRoutes,
  ...serverRoutes,
  ...serviceRoutes,
  ...shareRoutes,
  ...tokenRoutes,
  ...userRoutes,
} as const;
type Routes = typeof routes;

type ParameterOf<Path extends string> = Path extends `${string}/:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | ParameterOf<`/${More}`>
    : Rest
  : never;

type Input<Schema> = Schema extends { _zod: { input: infer Value } } ? Value : never;
type Output<Schema> = Schema extends { _zod: { output: infer Value } } ? Value : never;

/** undefined for an empty answer, the events one by one for a stream. */
type DataOf<Answer> = Answer extends 'empty'
  ? undefined
  : Answer extends 'events'
    ? AsyncGenerator<unknown>
    : Output<Answer>;

type RequestOf<R extends Route> = ([ParameterOf<R['path']>] extends [never]
  ? { readonly params?: never }
  : { readonly params: Readonly<Record<ParameterOf<R['path']>, string>> }) & {
  readonly query?: R extends { readonly query: infer Schema } ? Input<Schema> : never;
  readonly body?: R extends { readonly body: infer Schema } ? Input<Schema> : never;
  readonly signal?: AbortSignal;
};

type AnswerOf<R extends Route> = {
  [Status in keyof R['answers']]: { readonly status: Status; readonly data: DataOf<R['answers'][Status]> };
}[keyof R['answers']];

type Call<R extends Route> = (
  ...request: [ParameterOf<R['path']>] extends [never] ? [request?: RequestOf<R>] : [request: RequestOf<R>]
) => Promise<AnswerOf<R>>;

/** One function for each route, by its name: `client['users.get']({ params: { user: 'ada' } })`. */
export type Client = { readonly [Name in keyof Routes]: Call<Routes[Name]> };

export interface ClientOptions {
  /** Scheme, host and port, such as `http://127.0.0.1:8081`. */
  readonly baseUrl: string;
  readonly token: string;
  readonly fetch?: typeof globalThis.fetch;
}

interface AnyRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A client of the hub's REST API. Failures are TshubError, with the hub's own sentence when it gave one. */
export function makeClient(options: ClientOptions): Client {
  const calls = Object.entries(routes).map(([name, route]) => [
    name,
    (request: AnyRequest = {}) => send(options, route, request),
  ]);
  return Object.fromEntries(calls) as Client;
}

async function send(
  options: ClientOptions,
  route: Route,
  request: AnyRequest,
): Promise<{ status: number; data: unknown }> {
  const { baseUrl, token, fetch = globalThis.fetch } = options;
  const url = urlOf(baseUrl, route.path, request);
  const init: RequestInit = {
    method: route.method,
    redirect: 'error',
    headers: {
      accept: 'application/json, text/event-stream',
      authorization: `token ${token}`,
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    ...(request.signal !== undefined && { signal: request.signal }),
  };
  const response = await fetch(url, init).catch((error: unknown) => {
    if (request.signal?.aborted === true) throw error;
    throw errorOfConnection(baseUrl, error);
  });
  const answer = response.ok ? route.answers[response.status] : undefined;
  if (answer === undefined) throw errorOfAnswer(response.status, await response.text());
  return { status: response.status, data: await dataOf(answer, response) };
}

async function dataOf(answer: Route['answers'][number], response: Response): Promise<unknown> {
  if (answer === 'events') return readEvents(response.body ?? new ReadableStream());
  if (typeof answer === 'string') {
    await response.body?.cancel();
    return undefined;
  }
  const parsed = answer.safeParse(JSON.parse(await response.text()) as unknown);
  if (parsed.success) return parsed.data;
  throw new Error('the hub answered in a form that this client does not know; is it of another version?', {
    cause: parsed.error,
  });
}

function urlOf(baseUrl: string, path: string, { params = {}, query = {} }: AnyRequest): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => escapeName(nameIn(params, name)));
  const url = new URL(apiBase + filled, baseUrl);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** No URL can name a user "..": it would be taken for a way up, escaped or not. */
function nameIn(params: Readonly<Record<string, string>>, name: string): string {
  const value = params[name] ?? '';
  const isName = value !== '.' && value !== '..' && (value !== '' || name === 'server');
  if (!isName) throw new TshubError('bad_request', { problem: `${name}: expected a name, found "${value}"` });
  return value;
}
