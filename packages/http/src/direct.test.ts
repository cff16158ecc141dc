import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Route } from '@tshub/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { apiRoutes } from './api-routes.ts';
import { answerDirectly } from './direct.ts';
import type { Handlers } from './handler.ts';

const table = {
  'things.add': {
    method: 'POST',
    path: '/things',
    says: 'Add',
    scopes: ['users'],
    body: z.object({ name: z.string() }),
    answers: { 201: 'empty' },
  },
  'things.list': { method: 'GET', path: '/things', says: 'List', scopes: ['users'], answers: { 200: z.unknown() } },
  'things.login': {
    method: 'GET',
    path: '/login',
    says: 'Enter',
    scopes: [],
    open: 'handler',
    answers: { 200: 'page' },
  },
  'things.watch': { method: 'GET', path: '/events', says: 'Watch', scopes: ['users'], answers: { 200: 'events' } },
} as const satisfies Record<string, Route>;

interface Caller {
  readonly via: string;
}

let server: Server;
let base: string;
let observed: unknown[];

const handlers: Handlers<typeof table, Caller> = {
  'things.add': ({ body }) => ({ status: 201, text: body.name }),
  'things.list': ({ ctx }) => ({ status: 200, json: [ctx.method, ctx.path, ctx.querystring, ctx.protocol, ctx.ip] }),
  'things.login': () => ({ status: 200, html: 'never' }),
  'things.watch': () => ({ status: 200, text: 'never' }),
};
const otherwise: RequestListener = (_, res) => void res.writeHead(299).end();

beforeEach(async () => {
  observed = [];
  const options = { base: '/hub/api', head: [], requireScope: () => undefined, requireSome: () => undefined };
  const listener = answerDirectly(
    apiRoutes(table, handlers, options),
    {
      log: { error: () => undefined },
      identify: () => Promise.resolve({ via: 'token' }),
      headers: () => ['X-Of-All', 'yes'],
      observe: ({ method, route, status }) => observed.push([method, route, status]),
    },
    otherwise,
  );
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(base + path, { method, headers: { Authorization: 'token x', ...headers } });

test('a program with a token is answered, and counted by its route', async () => {
  const answer = await ask('/hub/api/things?a=b');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-of-all')).toBe('yes');
  expect(await answer.json()).toEqual(['GET', '/hub/api/things', 'a=b', 'http', '127.0.0.1']);
  expect(observed).toEqual([['GET', '/hub/api/things', 200]]);
});

test.each([
  ['a cookie', '/hub/api/things', { Cookie: 'a=b' }],
  ['a page of another site', '/hub/api/things', { Origin: 'https://other.example' }],
  ['a cache', '/hub/api/things', { 'If-None-Match': '"x"' }],
  ['nobody', '/hub/api/things', { Authorization: '' }],
  ['the base alone', '/hub/api', {}],
  ['another place', '/hub/apix/things', {}],
  ['a route that there is not', '/hub/api/nothing', {}],
  ['a handler that looks at cookies', '/hub/api/login', {}],
  ['events', '/hub/api/events', {}],
])('%s goes the longer way', async (_, path, headers) => {
  const sent = headers as Record<string, string>;
  const { Authorization } = sent;
  const answer = Authorization === '' ? await fetch(base + path) : await ask(path, sent);
  expect(answer.status).toBe(299);
  expect(observed).toEqual([]);
});

test('so does a method that there is not', async () => {
  expect((await ask('/hub/api/things', {}, 'DELETE')).status).toBe(299);
});

test('an answer without a body has no type', async () => {
  const answer = await fetch(`${base}/hub/api/things`, {
    method: 'POST',
    headers: { Authorization: 'token x' },
    body: '{"name":""}',
  });
  expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([201, '0', '']);
});
