import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema } from '@tshub/config';
import { makeLog } from '@tshub/daemon';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../packages/proxyd/src/edge.ts';
import { type ProxyForTest, proxyForTest, RawClient, statusesOf } from '../support/proxy-for-test.ts';

const token = 'a-token-of-more-than-16-characters';
const logged: string[] = [];
const log = makeLog({ name: 'test', level: 'debug', output: { write: (line: string) => void logged.push(line) } });

let t: ProxyForTest;
let edge: Edge;
let folder: string;
let port: number;
let metricsPort: number;

beforeEach(async () => {
  t = await proxyForTest();
  folder = mkdtempSync(join(tmpdir(), 'tshub-api-'));
  writeFileSync(join(folder, 'token'), `${token}\n`, { mode: 0o600 });
  [port, metricsPort] = [await freePort(), await freePort()];
  edge = await startEdge(options({ listen: `127.0.0.1:${port}`, metrics_listen: `127.0.0.1:${metricsPort}` }));
});

afterEach(async () => {
  await edge.close();
  await t.close();
  rmSync(folder, { recursive: true });
});

function options(settings: Record<string, unknown>) {
  const all = { token_file: join(folder, 'token'), ...settings };
  return {
    proxy: t.proxy,
    settings: schema.parse({ proxy_api: all }).proxy_api,
    apiSocket: join(folder, 'api.sock'),
    credentials: undefined,
    log,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Asked {
  readonly body?: unknown;
  readonly authorization?: string | null;
}

async function api(method: string, path: string, { body, authorization = `token ${token}` }: Asked = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: authorization === null ? {} : { authorization },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type') === 'application/json';
  return { status: answer.status, text, json: isJson ? JSON.parse(text) : undefined };
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${t.proxy.port}${path}`, { headers, redirect: 'manual' });

describe('routes', () => {
  test('are added, shown as they were posted, and removed', async () => {
    const target = 'http://127.0.0.1:8888';
    const posted = { target, user: 'ada', jupyterhub: true, hub: { a: 1 } };
    expect(await api('POST', '/api/routes/user/ada', { body: posted })).toMatchObject({ status: 201, text: '' });
    const shown = { ...posted, last_activity: new Date(t.clock.now).toISOString() };
    expect((await api('GET', '/api/routes')).json).toEqual({ '/user/ada': shown });
    expect((await api('GET', '/api/routes/')).json).toEqual({ '/user/ada': shown });
    expect((await api('GET', '/api/routes/user/ada')).json).toEqual(shown);
    expect((await api('GET', '/api/routes/user/ada/')).json).toEqual(shown);
    expect(await api('DELETE', '/api/routes/user/ada')).toMatchObject({ status: 204, text: '' });
    expect(await api('DELETE', '/api/routes/user/ada')).toMatchObject({ status: 404 });
    expect(await api('GET', '/api/routes/user/ada')).toMatchObject({ status: 404 });
  });

  test('have names that are decoded once, as the peer gives them', async () => {
    await api('POST', '/api/routes/user/a%40b%20%C3%BC/%F0%9F%92%AF', { body: { target: 'http://127.0.0.1:1' } });
    expect(Object.keys((await api('GET', '/api/routes')).json)).toEqual(['/user/a@b ü/💯']);
    expect((await api('GET', '/api/routes/user/a@b%20%C3%BC/%F0%9F%92%AF')).status).toBe(200);
    expect((await api('DELETE', '/api/routes/user/a@b%20%C3%BC/%F0%9F%92%AF')).status).toBe(204);
  });

  test('can be asked for by their last activity', async () => {
    await api('POST', '/api/routes/old', { body: { target: 'http://127.0.0.1:1' } });
    const between = new Date(t.clock.now + 1000).toISOString();
    t.clock.now += 2000;
    await api('POST', '/api/routes/young', { body: { target: 'http://127.0.0.1:1' } });
    for (const name of ['inactive_since', 'inactiveSince']) {
      expect(Object.keys((await api('GET', `/api/routes?${name}=${between}`)).json)).toEqual(['/old']);
    }
    expect(await api('GET', '/api/routes?inactive_since=yesterday')).toMatchObject({ status: 400 });
  });

  test('survive a restart of the proxy with everything that was posted', async () => {
    await api('POST', '/api/routes/', { body: { target: 'http://127.0.0.1:8081', hub: true } });
    const before = t.proxy.routes.list();
    await t.restart();
    expect(t.proxy.routes.list()).toEqual(before);
  });

  test.each([
    ['no JSON', '{', 400],
    ['no target', '{}', 400],
    ['a target that is no text', { target: 1 }, 400],
    ['a target that is no URL', { target: 'localhost' }, 400],
    ['a target with a password', { target: 'http://a:b@127.0.0.1:1' }, 400],
    ['a uid that is none', { target: 'http://127.0.0.1:1', uid: 'ada' }, 400],
    ['more than a route needs', `"${'x'.repeat(70_000)}"`, 413],
  ])('are refused with %s', async (_what, body, status) => {
    expect((await api('POST', '/api/routes/x', { body })).status).toBe(status);
    expect((await api('GET', '/api/routes')).json).toEqual({});
  });

  test.each(['/api/routes/user//ada', '/api/routes/user/../hub', '/api/routes/a%2Fb%5Cc', '/api/routes/%ff'])(
    'are refused at %s',
    async (path) => {
      const asked = await new Promise<number>((resolve, reject) => {
        const headers = { authorization: `token ${token}` };
        request({ port, host: '127.0.0.1', path, method: 'POST', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end('{"target":"http://127.0.0.1:1"}');
      });
      expect(asked).toBe(400);
    },
  );
});

describe('who may ask', () => {
  test.each([null, '', 'token', 'token wrong', `Basic ${token}`, `token ${token}x`])(
    'not who says %j',
    async (authorization) => {
      for (const method of ['GET', 'POST', 'DELETE', 'PUT']) {
        expect((await api(method, '/api/routes', { authorization })).status).toBe(403);
      }
      expect((await api('GET', '/metrics', { authorization })).status).toBe(403);
    },
  );

  test('who has no token is told before a byte of the body came, and what was said stands in no log', async () => {
    const wrong = 'token wrong-but-nearly-right-text';
    const lines = [`Authorization: ${wrong}`, 'Host: h', 'Content-Length: 1000000000', '', ''];
    const client = new RawClient(port).send(['POST /api/routes/x HTTP/1.1', ...lines].join('\r\n'));
    expect(statusesOf(await client.all())).toEqual([403]);
    expect(logged.join('')).toContain('403 POST /api/routes/x');
    expect(logged.join('')).not.toContain('wrong-but');
    expect(logged.join('')).not.toContain(token);
  });

  test('whoever can open the UNIX socket: root, by its mode', async () => {
    const socketPath = join(folder, 'api.sock');
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    const status = await new Promise((resolve, reject) => {
      request({ socketPath, path: '/api/routes' }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  test('a reload takes a new token', async () => {
    writeFileSync(join(folder, 'token'), 'another-token-of-16-characters');
    const apply = edge.prepareReload(options({ listen: `127.0.0.1:${port}` }).settings);
    expect((await api('GET', '/api/routes')).status).toBe(200);
    expect(apply()).toEqual(['proxy_api.metrics_listen']);
    expect((await api('GET', '/api/routes')).status).toBe(403);
    expect((await api('GET', '/api/routes', { authorization: 'token another-token-of-16-characters' })).status).toBe(
      200,
    );
  });

  test.each([
    ['there is none', {}, /an address needs a token/],
    ['it is short', { text: 'short' }, /at least 16 characters/],
    ['its file is missing', { file: '/no/such/token' }, /cannot be read: ENOENT/],
  ])(
    'a port without a token is refused when %s',
    async (_when, { text, file }: { text?: string; file?: string }, problem) => {
      if (text !== undefined) writeFileSync(join(folder, 'token'), text);
      const token_file = file ?? (text === undefined ? '' : join(folder, 'token'));
      const started = startEdge(options({ token_file, listen: '127.0.0.1:1' }));
      await expect(started).rejects.toThrow(problem);
    },
  );
});

test('other paths are 404, other methods 405', async () => {
  expect((await api('GET', '/api')).status).toBe(404);
  expect((await api('GET', '/api/routesx')).status).toBe(404);
  expect((await api('PUT', '/api/routes/x')).status).toBe(405);
});

describe('requests', () => {
  const target = (name: string) => `http+unix://${encodeURIComponent(t.socketOf(name))}`;

  test('go to the longest prefix, and what no route is for goes to the route of "/"', async () => {
    await t.serve('hub', (_req, res) => res.end('own hub'));
    await t.serve('other', (_req, res) => res.end('other hub'));
    await t.serve('ada', (req, res) => res.end(`ada ${req.url}`));
    expect(await (await get('/hub/')).text()).toBe('own hub');
    await api('POST', '/api/routes/', { body: { target: target('other') } });
    await api('POST', '/api/routes/app/x', { body: { target: target('ada') } });
    expect(await (await get('/hub/')).text()).toBe('other hub');
    expect(await (await get('/app/')).text()).toBe('other hub');
    expect(await (await get('/app/x/y%2Fz?q')).text()).toBe('ada /app/x/y%2Fz?q');
    await api('DELETE', '/api/routes/');
    expect(await (await get('/hub/')).text()).toBe('own hub');
  });

  test('are sent to nobody else than the uid that was posted', async () => {
    await t.serve('ada', (_req, res) => res.end('ada'));
    await api('POST', '/api/routes/ada', { body: { target: target('ada'), uid: 65_534 } });
    expect((await get('/ada')).status).toBe(502);
    await api('POST', '/api/routes/ada', { body: { target: target('ada'), uid: process.getuid?.() } });
    expect((await get('/ada')).status).toBe(200);
  });

  test('the path of a target goes before what was asked for', async () => {
    await t.serve('ada', (req, res) => res.end(req.url));
    await api('POST', '/api/routes/ada', { body: { target: `${target('ada')}/base/` } });
    expect(await (await get('/ada/x')).text()).toBe('/base/ada/x');
  });

  test('are activity of their route when they were answered well, of "/" too', async () => {
    let status = 404;
    await t.serve('other', (_req, res) => res.writeHead(status).end());
    await api('POST', '/api/routes/', { body: { target: target('other') } });
    const activity = async () => (await api('GET', '/api/routes/')).json['/'].last_activity as string;
    const added = await activity();
    t.clock.now += 1000;
    await get('/hub/');
    expect(await activity()).toBe(added);
    status = 200;
    await get('/hub/');
    await expect.poll(activity).toBe(new Date(t.clock.now).toISOString());
  });

  test("an operator's route is not the hub's to change", async () => {
    await api('POST', '/api/routes/user/ada', { body: { target: target('ada') } });
    const route = { prefix: '/user/ada/', target: `unix:${t.socketOf('eve')}`, uid: 1, data: {} };
    await expect(t.proxy.routes.add(route)).rejects.toMatchObject({ code: 'route_conflict' });
    await expect(t.proxy.routes.replace([route])).rejects.toMatchObject({ code: 'route_conflict' });
    await expect(t.proxy.routes.remove('/user/ada/')).rejects.toMatchObject({ code: 'route_conflict' });
    await t.proxy.routes.replace([]);
    expect(t.proxy.routes.table.size).toBe(1);
  });
});

test('metrics have the peer’s names and ours', async () => {
  await t.serve('hub', (_req, res) => res.end('own hub'));
  await (await get('/hub/')).text();
  await api('POST', '/api/routes/x', { body: { target: 'http://127.0.0.1:1' } });
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  for (const line of [
    'api_route_add 1',
    'requests_api{status="201"} 1',
    'requests_web 1',
    'requests_ws 0',
    'requests_proxy{status="200"} 1',
    'tshub_proxy_routes 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^process_open_fds [1-9]\d*$/m);
  expect(text).toMatch(/^process_cpu_seconds_total 0?\.?[1-9]/m);
  expect((await fetch(`http://127.0.0.1:${metricsPort}/api/routes`)).status).toBe(404);
});

test('metrics that cannot be told are an answer, and not the end of the proxy', async () => {
  await edge.close();
  const collect = () => Promise.reject(new Error('a thread has ended by itself'));
  edge = await startEdge({
    ...options({ metrics_listen: `127.0.0.1:${metricsPort}` }),
    proxy: { ...t.proxy, collect },
  });
  expect((await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).status).toBe(500);
});
