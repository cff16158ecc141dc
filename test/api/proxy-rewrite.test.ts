import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyUid } from '@tshub/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { exchange, type ProxyForTest, proxyForTest } from '../support/proxy-for-test.ts';

let t: ProxyForTest;
const servers: Server[] = [];

afterEach(async () => {
  await t.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** The port of a server that is closed after the test. */
async function listen(server: Server | ReturnType<typeof createServer>): Promise<number> {
  servers.push(server as Server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A route as an operator adds it. */
async function add(prefix: string, target: string): Promise<void> {
  await t.proxy.routes.add({ prefix, target, uid: anyUid, data: {}, posted: { target } });
}

const show: RequestListener = (req, res) => res.end(JSON.stringify({ url: req.url, headers: req.headers }));
const ask = async (path: string, host = 'hub.test') => {
  const said = await exchange(t.proxy.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const [head = '', body = ''] = said.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
};
const shown = async (path: string, host?: string) =>
  JSON.parse((await ask(path, host)).body) as { url: string; headers: Record<string, string> };

describe('paths', () => {
  test.each([
    [{}, '/app', '/base', '/app/x?q=/y', '/base/app/x?q=/y'],
    [{ prepend_path: false }, '/app', '/base', '/app/x', '/app/x'],
    [{ include_prefix: false }, '/app', '/base', '/app/x%2Fy?q=/z', '/base/x%2Fy?q=/z'],
    [{ include_prefix: false }, '/a b/c', '', '/a%20b/c', '/'],
    [{ include_prefix: false }, '/app', '', '/app?q', '/?q'],
    [{ include_prefix: false, prepend_path: false }, '/', '/base', '/x', '/x'],
  ])('with %j, route %s to %s: %s becomes %s', async (routes, prefix, base, asked, wanted) => {
    t = await proxyForTest({ routes });
    const port = await listen(createServer(show));
    await add(prefix.replace(' ', '%20'), `http://127.0.0.1:${port}${base}`);
    expect((await shown(asked)).url).toBe(wanted);
  });
});

describe('headers of requests', () => {
  test('are those of the settings, the client’s own of these names are not passed on', async () => {
    t = await proxyForTest({ routes: { headers: { 'X-Site': 'lab', Accept: 'text/plain' } } });
    await add('/', `http://127.0.0.1:${await listen(createServer(show))}`);
    const { headers } = await shown('/');
    expect(headers).toMatchObject({
      'x-site': 'lab',
      accept: 'text/plain',
      host: 'hub.test',
      'x-forwarded-proto': 'http',
    });
  });

  test('name the target when change_origin says so, and nobody with x_forwarded = false', async () => {
    t = await proxyForTest({ routes: { change_origin: true, x_forwarded: false } });
    const port = await listen(createServer(show));
    await add('/', `http://127.0.0.1:${port}`);
    const { headers } = await shown('/');
    expect(headers['host']).toBe(`127.0.0.1:${port}`);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  test("of the hub's own routes are left alone", async () => {
    t = await proxyForTest({ routes: { headers: { 'X-Site': 'lab' }, x_forwarded: false, include_prefix: false } });
    await t.route('ada', show);
    const { url, headers } = await shown('/user/ada/x');
    expect(url).toBe('/user/ada/x');
    expect(headers['x-site']).toBeUndefined();
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
  });
});

describe('redirects', () => {
  const cases: ReadonlyArray<[Record<string, unknown>, number, string, string]> = [
    [{}, 302, 'http://TARGET/x', 'http://TARGET/x'],
    [{ auto_rewrite: true }, 302, 'http://TARGET/x?y#z', 'http://hub.test/x?y#z'],
    [{ auto_rewrite: true, protocol_rewrite: 'https' }, 301, 'http://TARGET/', 'https://hub.test/'],
    [{ protocol_rewrite: 'https' }, 307, 'http://TARGET', 'https://TARGET'],
    [{ auto_rewrite: true }, 302, 'http://elsewhere.test/x', 'http://elsewhere.test/x'],
    [{ auto_rewrite: true }, 302, '/x', '/x'],
    [{ auto_rewrite: true }, 200, 'http://TARGET/x', 'http://TARGET/x'],
  ];
  test.each(cases)('with %j, %i to %s become %s', async (routes, status, location, wanted) => {
    t = await proxyForTest({ routes });
    let authority = '';
    const answer: RequestListener = (_req, res) =>
      res.writeHead(status, { Location: location.replace('TARGET', authority) }).end();
    authority = `127.0.0.1:${await listen(createServer(answer))}`;
    await add('/', `http://${authority}`);
    const { head } = await ask('/');
    expect(/^Location: (.*)$/im.exec(head)?.[1]).toBe(wanted.replace('TARGET', authority));
  });
});

describe('hosts that choose', () => {
  test('are the first segment of a route; any other host goes to "/"', async () => {
    t = await proxyForTest({ routes: { host_routing: true } });
    await t.serve('hub', (_req, res) => res.end('own hub'));
    const serve = (name: string) => listen(createServer((req, res) => res.end(`${name} ${req.url}`)));
    await add('/ada.hub.test/user/ada', `http://127.0.0.1:${await serve('ada')}`);
    await add('/hub.test', `http://127.0.0.1:${await serve('hub')}`);
    expect((await ask('/user/ada/x', 'ADA.hub.test:8000')).body).toBe('ada /user/ada/x');
    expect((await ask('/user/ada/x', 'hub.test')).body).toBe('hub /user/ada/x');
    expect((await ask('/user/ada/x', 'bob.hub.test')).body).toBe('own hub');
    expect((await ask('/ada.hub.test/user/ada', 'bob.hub.test')).body).toBe('own hub');
    await add('/', `http://127.0.0.1:${await serve('default')}`);
    expect((await ask('/x', 'bob.hub.test')).body).toBe('default /x');
    expect((await ask('/other', 'ada.hub.test')).body).toBe('default /other');
  });
});

test('a default target stands in for the hub of this host', async () => {
  const port = await listen(createServer((_req, res) => res.end('elsewhere')));
  t = await proxyForTest({ routes: { default_target: `http://127.0.0.1:${port}` } });
  expect((await ask('/hub/')).body).toBe('elsewhere');
});

describe('a target that does not answer', () => {
  const refused = async (headers = '') => {
    await add('/', 'http://127.0.0.1:1');
    const text = `GET /x?y HTTP/1.1\r\nHost: h\r\n${headers}Connection: close\r\n\r\n`;
    return exchange(t.proxy.port, text);
  };

  test('has the page of the error target, under its own status', async () => {
    const port = await listen(
      createServer((req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/x-page', 'X-Other': 'no' }).end(`page of ${req.url}`);
      }),
    );
    t = await proxyForTest({ routes: { error_target: `http://127.0.0.1:${port}/hub/error/` } });
    const said = await refused();
    expect(said).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(said).toMatch(/page of \/hub\/error\/503\?url=%2Fx%3Fy$/);
    expect(said).toContain('Content-Type: text/x-page\r\n');
    expect(said).not.toContain('X-Other');
    // Who asks for a websocket has no page to show.
    expect(await refused('Connection: Upgrade\r\nUpgrade: websocket\r\n')).not.toContain('page of');
  });

  test('has the page of the proxy when the error target does not answer either', async () => {
    t = await proxyForTest({ routes: { error_target: 'http://127.0.0.1:1' } });
    expect(await refused()).toMatch(/ 503 [^]*<h1>The hub is not answering<\/h1>/);
  });

  test('has a page of the administrator’s, where there is one and a page is wanted', async () => {
    const pages = mkdtempSync(join(tmpdir(), 'tshub-pages-'));
    writeFileSync(join(pages, '503.html'), 'ours for 503');
    writeFileSync(join(pages, 'error.html'), 'ours for the rest');
    t = await proxyForTest({ routes: { error_pages: pages } });
    expect(await refused()).toMatch(/ 503 [^]*ours for 503$/);
    expect(await refused('Accept: application/json\r\n')).toMatch(/"status":503/);
    expect(await exchange(t.proxy.port, 'nonsense\r\n\r\n')).toMatch(/ 400 [^]*ours for the rest$/);
    rmSync(pages, { recursive: true });
  });
});
