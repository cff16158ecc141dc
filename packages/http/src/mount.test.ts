import { createServer, get, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TshubError, type Route } from '@tshub/contract';
import Koa from 'koa';
import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorBoundary } from './error-boundary.ts';
import type { Handlers } from './handler.ts';
import { apiRoutes, resourceOf, type PathResource } from './api-routes.ts';
import { mountRoutes } from './mount.ts';
import { pageOf, readPage } from './paging.ts';

const table = {
  'things.add': {
    method: 'POST',
    path: '/things',
    says: 'Add',
    scopes: ['users'],
    body: z.object({ name: z.string() }),
    answers: { 201: 'empty' },
  },
  'things.fail': { method: 'GET', path: '/fail', says: 'Fail', scopes: [], open: 'anyone', answers: { 200: 'empty' } },
  'things.health': {
    method: 'GET',
    path: '/health',
    says: 'Health',
    scopes: [],
    open: 'anyone',
    answers: { 200: 'empty' },
  },
  'things.list': {
    method: 'GET',
    path: '/things',
    says: 'List',
    scopes: ['list:users'],
    list: true,
    answers: { 200: z.unknown() },
  },
  'things.server': {
    method: 'GET',
    path: '/users/:user/servers/:server',
    says: 'Read',
    scopes: ['read:servers'],
    answers: { 200: z.unknown() },
  },
} as const satisfies Record<string, Route>;

interface Caller {
  readonly via: string;
}

let caller: Caller | null;
let asked: PathResource[];
let logged: Array<[Readonly<Record<string, unknown>>, string]>;
let server: Server;
let base: string;

const handlers: Handlers<typeof table, Caller> = {
  'things.add': ({ body }) => ({ status: 201, text: body.name }),
  'things.fail': ({ ctx }) => {
    throw ctx.querystring === 'kind=known'
      ? new TshubError('user_exists', { user: 'ada' })
      : new Error('a secret detail');
  },
  'things.health': () => ({ status: 200, text: '', type: 'text/html' }),
  'things.list': ({ ctx, query }) => {
    const page = readPage(ctx, query, { defaultLimit: 2, maxLimit: 3 });
    const all = ['a', 'b', 'c', 'd', 'e'];
    return pageOf(ctx, page, all.length, all.slice(page.offset, page.offset + page.limit));
  },
  'things.server': ({ params }) => ({ status: 200, json: params }),
};

beforeEach(async () => {
  caller = { via: 'token' };
  asked = [];
  logged = [];
  const routes = apiRoutes(table, handlers, {
    base: '/hub/api',
    head: ['/health'],
    requireScope: (_, __, resource) => asked.push(resource),
    requireSome: () => undefined,
  });
  const api = mountRoutes(routes, () => Promise.resolve(caller));
  const app = new Koa();
  app.use(
    errorBoundary({
      log: { error: (...entry) => logged.push(entry) },
      apiBase: '/hub/api',
      renderPage: (ctx, error) => void (ctx.body = `page ${error.status}`),
      newId: () => 'id1',
    }),
  );
  app.use(api);
  app.use(() => {
    throw new TshubError('not_found', { what: 'page' });
  });
  server = createServer(app.callback()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const ask = async (
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string; response: Response }> => {
  const response = await fetch(base + path, init);
  return { status: response.status, text: await response.text(), response };
};
const message = (text: string): string => (JSON.parse(text) as { message: string }).message;
const add = (
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<{ status: number; text: string }> =>
  ask('/hub/api/things', { method: 'POST', body, headers: { 'Content-Type': type } });

describe('a table of routes', () => {
  test('needs a handler for each route, and has none to spare', () => {
    const options = {
      base: '',
      head: [],
      requireScope: () => undefined,
      requireSome: () => undefined,
    };
    const { 'things.add': _, ...fewer } = handlers;
    expect(() => apiRoutes(table, fewer as typeof handlers, options)).toThrow('routes without a handler: things.add');
    expect(() => apiRoutes(table, { ...handlers, other: () => undefined } as typeof handlers, options)).toThrow(
      'handlers without a route: other',
    );
  });

  test('asks for a scope on what the path names', async () => {
    await ask('/hub/api/users/ada%20b/servers/lab');
    expect(asked).toEqual([{ kind: 'server', user: 'ada b', server: 'lab' }]);
    expect(resourceOf('/users/:user/server/progress', { user: 'ada' })).toEqual({
      kind: 'server',
      user: 'ada',
      server: '',
    });
    expect(resourceOf('/users/:user', { user: 'ada' })).toEqual({ kind: 'user', user: 'ada' });
    expect(resourceOf('/users', {})).toEqual({ kind: 'none' });
  });

  test('an empty server name is the default server', async () => {
    expect(JSON.parse((await ask('/hub/api/users/ada/servers/')).text)).toEqual({ user: 'ada', server: '' });
  });

  test('refuses nobody, and a form that came with a cookie', async () => {
    caller = { via: 'cookie' };
    expect((await add('{"name":"x"}')).status).toBe(201);
    expect((await add('name=x', 'application/x-www-form-urlencoded')).status).toBe(403);
    caller = null;
    expect(await add('{"name":"x"}')).toMatchObject({
      status: 403,
      text: '{"status":403,"message":"Missing or invalid credentials."}',
    });
  });
});

describe('bodies', () => {
  test.each([
    ['no JSON', '{', 'Invalid JSON in body of request'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'Invalid JSON in body of request'],
    ['another type', '{"name":1}', 'Invalid name: Invalid input: expected string, received number'],
    ['nothing', '', 'Invalid body: Invalid input: expected object, received null'],
  ])('%s is a 400 that says so', async (_, body, says) => {
    const answer = await add(body);
    expect([answer.status, message(answer.text)]).toEqual([400, says]);
  });

  test('more than a mebibyte is refused, also when it comes without its length', async () => {
    expect((await add(`{"name":"${'x'.repeat(1024 * 1024)}"}`)).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${base}/hub/api/things`, { method: 'POST' }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      for (let i = 0; i < 3; i++) sent.write('x'.repeat(512 * 1024));
    });
    expect(status).toBe(413);
  });
});

describe('other methods and paths', () => {
  test.each([
    ['OPTIONS', '/hub/api/things', 200],
    ['PUT', '/hub/api/things', 405],
    ['HEAD', '/hub/api/things', 405],
    ['HEAD', '/hub/api/health', 200],
    ['GET', '/hub/api/nothing', 404],
    ['OPTIONS', '/hub/api/nothing', 404],
    ['GET', '/hub/api/things/', 404],
  ])('%s %s is %i', async (method, path, status) => {
    const { response } = await ask(path, { method });
    expect(response.status).toBe(status);
    if (status >= 400) expect(response.headers.get('content-type')).toMatch('application/json');
  });
});

describe('errors', () => {
  test('of ours are JSON below the API and a page elsewhere', async () => {
    expect(await ask('/hub/api/fail?kind=known')).toMatchObject({
      status: 409,
      text: '{"status":409,"message":"User ada already exists"}',
    });
    expect(await ask('/hub/elsewhere')).toMatchObject({ status: 404, text: 'page 404' });
    expect(logged).toEqual([]);
  });

  test('that nobody foresaw show an id, and keep the rest for the log', async () => {
    const { status, text } = await ask('/hub/api/fail?token=secret');
    expect(status).toBe(500);
    expect(text).toContain('id1');
    expect(text).not.toContain('a secret detail');
    expect(logged).toMatchObject([
      [{ event: 'request-failed', id: 'id1', path: '/hub/api/fail' }, 'GET /hub/api/fail failed (id id1)'],
    ]);
    expect(JSON.stringify(logged)).not.toContain('token=secret');
  });
});

describe('lists', () => {
  const optIn = { headers: { Accept: 'text/html, Application/JupyterHub-Pagination+json' } };

  test('are bare and of the largest size unless pages are asked for', async () => {
    expect((await ask('/hub/api/things')).text).toBe('["a","b","c"]');
    expect((await ask('/hub/api/things?limit=1000&offset=-3')).text).toBe('["d","e"]');
    expect((await ask('/hub/api/things?limit=0')).text).toBe('["a"]');
  });

  test('say in pages where the next one is, as the hub itself was asked', async () => {
    const { text } = await ask('/hub/api/things?state=x', optIn);
    expect(JSON.parse(text)).toEqual({
      items: ['a', 'b'],
      _pagination: {
        offset: 0,
        limit: 2,
        total: 5,
        next: { offset: 2, limit: 2, url: `${base}/hub/api/things?state=x&offset=2&limit=2` },
      },
    });
    expect(JSON.parse((await ask('/hub/api/things?offset=4', optIn)).text)).toMatchObject({
      _pagination: { next: null },
    });
  });

  test('refuse what is no number', async () => {
    const { status, text } = await ask('/hub/api/things?limit=ten');
    expect([status, message(text)]).toEqual([400, 'Invalid argument type, offset and limit must be integers']);
  });

  test('carry a tag, and are not sent again when nothing changed', async () => {
    const tag = (await ask('/hub/api/things')).response.headers.get('etag') ?? '';
    const again = (given: string): Promise<number | undefined> =>
      new Promise((resolve) => {
        get(`${base}/hub/api/things`, { headers: { 'If-None-Match': given } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
      });
    expect([await again(tag), await again('"other"')]).toEqual([304, 200]);
  });
});
