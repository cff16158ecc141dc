import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  eventually,
  exchange,
  type ProxyForTest,
  proxyForTest,
  RawClient,
  statusesOf,
} from '../support/proxy-for-test.ts';

let t: ProxyForTest;

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface Seen {
  method: string;
  url: string;
  body: string;
  headers: string[];
  trailers: string[];
}

beforeEach(async () => {
  t = await proxyForTest({ max_body_size: 0, headers_timeout: 5, idle_timeout: 5 });
  await t.serve('hub', (req, res) => {
    res.setHeader('X-Who', 'hub');
    res.end(`hub ${req.url}`);
  });
  await t.route('ada', async (req, res) => {
    const body = await bodyOf(req);
    res.setHeader('X-Who', 'ada');
    res.end(
      JSON.stringify({ method: req.method, url: req.url, body, headers: req.rawHeaders, trailers: req.rawTrailers }),
    );
  });
});

afterEach(() => t.close());

const get = (path: string, more: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${t.proxy.port}${path}`, { redirect: 'manual', ...more });
const raw = (text: string) => exchange(t.proxy.port, text);
const jsonOf = (received: string): Seen =>
  JSON.parse(received.slice(received.indexOf('{'), received.lastIndexOf('}') + 1));

describe('where requests go', () => {
  test('a request below a prefix goes to its server, any other to the hub', async () => {
    expect((await get('/user/ada/lab')).headers.get('x-who')).toBe('ada');
    expect((await get('/user/ada')).headers.get('x-who')).toBe('ada');
    expect(await (await get('/user/adam/')).text()).toBe('hub /user/adam/');
    expect(await (await get('/hub/x//y%2Fz?q')).text()).toBe('hub /hub/x//y%2Fz?q');
  });

  test('what is forwarded has the bytes that came', async () => {
    const path = '/user/%61da/a%2Fb//c%zz/~%7e;x?q=%2e%2e/../&%';
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(jsonOf(answer).url).toBe(path);
  });

  test.each([
    '//x/user/ada/',
    '/user/ada/../bob',
    '/user%2Fada/',
    '/user\\ada/',
    '/user//ada/',
    '/user/%zz/',
    '/hub/%2e%2e/',
  ])('%s is answered with 400 and reaches nobody', async (path) => {
    const before = t.proxy.status().requests;
    expect(statusesOf(await raw(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`))).toEqual([400]);
    expect(t.proxy.status().requests).toBe(before);
  });

  test.each(['/_tshub/health', '/_chp_healthz'])('%s is answered by the proxy itself', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'OK' });
  });

  test("the hub's paths cannot be taken by a route", async () => {
    const route = { target: `unix:${t.socketOf('ada')}`, uid: 0, data: {} };
    for (const prefix of ['/hub/', '/', '/user/', '/_tshub/health/']) {
      await expect(t.proxy.routes.add({ prefix, ...route })).rejects.toThrow(
        expect.objectContaining({ code: 'route_conflict' }),
      );
    }
  });
});

describe('bodies', () => {
  test('a body of known length and one in chunks arrive whole', async () => {
    const big = 'x'.repeat(300_000);
    const known = (await (await get('/user/ada/', { method: 'POST', body: big })).json()) as Seen;
    expect(known.body).toBe(big);
    expect(known.headers).toContain('300000');
    const chunks =
      'POST /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n';
    const chunked = jsonOf(await raw(`${chunks}3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\nHost: evil\r\n\r\n`));
    expect(chunked.body).toBe('abcde');
    expect(chunked.trailers).toEqual(['X-Sum', '5']);
  });

  test('POST without a body says so', async () => {
    const seen = jsonOf(await raw('POST /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'));
    expect(seen.headers.join(' ')).toContain('Content-Length 0');
    expect(seen.body).toBe('');
  });

  test('a client that waits for 100 Continue is told by the server', async () => {
    const client = new RawClient(t.proxy.port);
    client.send(
      'POST /user/ada/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n',
    );
    await client.until(/HTTP\/1\.1 100 Continue\r\n\r\n/);
    client.send('abc');
    expect(jsonOf(await client.all()).body).toBe('abc');
  });

  test('HEAD, 204 and 304 have no body and leave the connection usable', async () => {
    await t.route('bare', (req, res) => {
      if (req.url?.endsWith('204') === true) res.writeHead(204);
      else if (req.url?.endsWith('304') === true) res.writeHead(304, { ETag: '"x"' });
      else res.writeHead(200, { 'Content-Length': '5' });
      res.end(req.method === 'GET' && req.url?.endsWith('/') === true ? 'hello' : undefined);
    });
    const lines = (method: string, path: string, more = '') =>
      `${method} /user/bare/${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
    const received = await raw(
      lines('HEAD', '') + lines('GET', '204') + lines('GET', '304') + lines('GET', '', 'Connection: close\r\n'),
    );
    expect(statusesOf(received)).toEqual([200, 204, 304, 200]);
    expect(
      received
        .split('\r\n\r\n')
        .slice(1, 4)
        .every((part) => part.startsWith('HTTP/1.1')),
    ).toBe(true);
    expect(received.endsWith('\r\n\r\nhello')).toBe(true);
  });

  test('trailers of an answer are passed on', async () => {
    await t.route('late', (_req, res) => {
      res.writeHead(200, { Trailer: 'X-Sum' });
      res.write('abc');
      res.addTrailers({ 'X-Sum': '3' });
      res.end();
    });
    const received = await raw('GET /user/late/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(received).toMatch(/\r\n0\r\nX-Sum: 3\r\n\r\n$/);
  });

  test('a client of HTTP/1.0 gets an answer without chunks, and the connection ends', async () => {
    await t.route('stream', (_req, res) => {
      res.write('one ');
      res.end('two');
    });
    const received = await raw('GET /user/stream/ HTTP/1.0\r\n\r\n');
    expect(received).not.toMatch(/transfer-encoding/i);
    expect(received.endsWith('\r\n\r\none two')).toBe(true);
  });

  test('early hints are not for this connection, the answer after them is', async () => {
    await t.route('hints', (_req, res) => {
      res.writeEarlyHints({ link: '</x>; rel=preload' });
      res.end('ok');
    });
    const received = await raw('GET /user/hints/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(statusesOf(received)).toEqual([200]);
  });

  test('the head of an answer arrives before its body does', async () => {
    let end = () => {};
    await t.route('slow', (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.flushHeaders();
      end = () => void res.end('data: 1\n\n');
    });
    const client = new RawClient(t.proxy.port).send('GET /user/slow/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    await client.until(/text\/event-stream\r\n[^]*\r\n\r\n/);
    end();
    expect(await client.all()).toContain('data: 1');
  });
});

describe('what a server is told and may say', () => {
  test('client address, scheme and host come from the connection', async () => {
    const seen = (await (
      await get('/user/ada/', {
        headers: { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', 'x-real-ip': '1.2.3.4' },
      })
    ).json()) as Seen;
    const list = seen.headers;
    const value = (name: string) => list.filter((_, i) => i % 2 === 1 && list[i - 1]?.toLowerCase() === name);
    expect(value('x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(value('x-real-ip')).toEqual(['127.0.0.1']);
    expect(value('x-forwarded-proto')).toEqual(['http']);
    expect(value('x-forwarded-port')).toEqual([String(t.proxy.port)]);
  });

  test("the hub's login does not reach a user server, and a user server cannot set it", async () => {
    await t.route('eve', (req, res) => {
      res.setHeader('Set-Cookie', ['jupyterhub-hub-login=evil; Path=/', 'mine=1; Path=/user/eve/']);
      res.end(req.headers.cookie ?? '');
    });
    const answer = await get('/user/eve/', {
      headers: { cookie: 'jupyterhub-hub-login=secret; jupyterhub-session-id=s' },
    });
    expect(await answer.text()).toBe('jupyterhub-session-id=s');
    expect(answer.headers.getSetCookie()).toEqual(['mine=1; Path=/user/eve/']);
  });
});

describe('connections', () => {
  test('connections to a server are kept and used again', async () => {
    const ports = new Set<unknown>();
    const server = await t.route('kept', (_req, res) => res.end());
    server.on('connection', (socket) => ports.add(socket));
    for (let i = 0; i < 10; i++) await (await get('/user/kept/')).text();
    expect(ports.size).toBe(1);
  });

  test('a kept connection that the server closed meanwhile is no error', async () => {
    const server = await t.route('closing', (_req, res) => res.end('ok'));
    for (let i = 0; i < 20; i++) {
      expect(await (await get('/user/closing/')).text()).toBe('ok');
      server.closeIdleConnections();
    }
  });

  test('a client that goes away ends the request at the server', async () => {
    let began = false;
    let ended = false;
    await t.route('long', (_req, res) => {
      began = true;
      res.once('close', () => (ended = true));
      res.write('x');
    });
    const client = new RawClient(t.proxy.port).send('GET /user/long/ HTTP/1.1\r\nHost: h\r\n\r\n');
    await eventually('the request arrives', () => began);
    client.socket.destroy();
    await eventually('the request ends at the server', () => ended);
  });

  test('a client that goes away in the middle of an upload ends it at the server', async () => {
    let ended = false;
    let got = 0;
    await t.route('up', (req) => {
      req.on('data', (chunk: Buffer) => (got += chunk.length));
      req.on('error', () => undefined);
      req.once('close', () => (ended = true));
    });
    const client = new RawClient(t.proxy.port).send(
      'POST /user/up/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc',
    );
    await eventually('the upload begins', () => got === 3);
    client.socket.destroy();
    await eventually('the upload ends at the server', () => ended);
  });

  test('a server that dies in the middle of an answer ends the connection rather than the answer', async () => {
    await t.serveRaw('dying', (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart', () => socket.destroy());
      });
    });
    await t.proxy.routes.add({ prefix: '/user/dying/', target: `unix:${t.socketOf('dying')}`, uid: 0, data: {} });
    const received = await raw('GET /user/dying/ HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(received.endsWith('part')).toBe(true);
    const chunked = await exchangeWith('dying2', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n');
    expect(chunked).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  // What a client gets when the server sends these bytes and closes.
  async function exchangeWith(name: string, bytes: string): Promise<string> {
    await t.serveRaw(name, (socket) => socket.once('data', () => socket.end(Buffer.from(bytes, 'latin1'))));
    await t.proxy.routes.add({ prefix: `/user/${name}/`, target: `unix:${t.socketOf(name)}`, uid: 0, data: {} });
    return raw(`GET /user/${name}/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  }

  test.each([
    ['nothing', ''],
    ['nonsense', 'hello\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a switch nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'],
    ['a head too large', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`],
  ])('a server that answers with %s is a 502', async (_name, bytes) => {
    expect(statusesOf(await exchangeWith('odd', bytes))).toEqual([502]);
  });

  test('an answer that lasts until the connection ends is passed on', async () => {
    expect(await exchangeWith('old', 'HTTP/1.0 200 OK\r\n\r\nto the end')).toMatch(/to the end/);
  });
});
