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
/** Targets of the requests that reached somebody behind the proxy. */
let reached: string[];

beforeEach(async () => {
  t = await proxyForTest({
    max_header_size: 8192,
    max_body_size: '1K',
    headers_timeout: 1,
    idle_timeout: 1,
    max_connections: 50,
  });
  reached = [];
  const note = (url: string | undefined) => reached.push(url ?? '');
  await t.serve('hub', (req, res) => {
    note(req.url);
    req.resume().once('end', () => res.end());
  });
  await t.route('ada', (req, res) => {
    note(req.url);
    req.resume().once('end', () => res.end());
  });
});

afterEach(() => t.close());

const raw = (text: string) => exchange(t.proxy.port, text);
const line = 'POST /user/ada/ HTTP/1.1\r\n';
const host = 'Host: h\r\n';
// A second request that must never be seen as one.
const smuggled = 'GET /user/ada/smuggled HTTP/1.1\r\nHost: h\r\n\r\n';

describe('requests that could be read in two ways are refused, and nobody behind sees them', () => {
  test.each([
    ['length and chunks', `${line}${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['two lengths', `${line}${host}Content-Length: 0\r\nContent-Length: 5\r\n\r\n${smuggled}`],
    ['the same length twice', `${line}${host}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc${smuggled}`],
    ['a length with a sign', `${line}${host}Content-Length: +3\r\n\r\nabc`],
    ['a length list', `${line}${host}Content-Length: 3, 3\r\n\r\nabc`],
    [
      'two transfer codings',
      `${line}${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ],
    ['a hidden coding', `${line}${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a coding before chunked', `${line}${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a coding with a space before the colon', `${line}${host}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `${line}${host}X: a\r\n b\r\n\r\n`],
    ['bare line feeds', 'GET /user/ada/ HTTP/1.1\nHost: h\n\n'],
    ['two hosts', `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`],
    ['the same host twice', `GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['a host that is a list', 'GET / HTTP/1.1\r\nHost: a, b\r\nConnection: close\r\n\r\n'],
    ['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n'],
    ['a host with a user', 'GET / HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n'],
    ['an absolute target', `GET http://h/user/ada/ HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['a target without a slash', `GET user/ada/ HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['the target *', `OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['a fragment', `GET /user/ada/#x HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['a space in the target', `GET /user/ada/ x HTTP/1.1\r\n${host}\r\n`],
    ['bytes beyond ASCII in the name', `GET /user/\xe4da/ HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['a NUL in a header', `GET / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`],
    ['another version', `GET / HTTP/2.0\r\n${host}Connection: close\r\n\r\n`],
    ['chunks in HTTP/1.0', 'POST /user/ada/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    [
      'an upgrade with a body',
      `GET /user/ada/ HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc`,
    ],
    ['TRACE', `TRACE /user/ada/ HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
    ['CONNECT', `CONNECT h:22 HTTP/1.1\r\n${host}\r\n`],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s', async (_name, text) => {
    const [status, ...more] = statusesOf(await raw(text));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThanOrEqual(505);
    expect(more).toEqual([]);
    expect(reached).toEqual([]);
  });

  test('a chunk that is not one ends the connection, whatever follows it', async () => {
    await raw(`${line}${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${smuggled}`);
    expect(reached).not.toContain('/user/ada/smuggled');
  });

  test('an upgrade that comes while an answer is under way ends the connection', async () => {
    await t.route('slow', () => undefined);
    const upgrade = `GET /user/ada/ws HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    expect(await raw(`GET /user/slow/ HTTP/1.1\r\n${host}\r\n${upgrade}`)).toBe('');
    expect(reached).toEqual([]);
  });

  test('another protocol in Upgrade is ignored', async () => {
    const text = `GET /user/ada/x HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n`;
    expect(statusesOf(await raw(text))).toEqual([200]);
    expect(reached).toEqual(['/user/ada/x']);
  });
});

describe('limits', () => {
  test('a head that is too large is a 431', async () => {
    expect(statusesOf(await raw(`GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(9000)}\r\n\r\n`))).toEqual([431]);
    expect(statusesOf(await raw(`GET /${'x'.repeat(9000)} HTTP/1.1\r\n${host}\r\n`))).toEqual([431]);
  });

  test('more headers than Node would keep are all passed on', async () => {
    let count = 0;
    const server = await t.route('many', (req, res) => {
      count = req.rawHeaders.filter((name) => name === 'A').length;
      res.end();
    });
    server.maxHeadersCount = 0;
    await raw(`GET /user/many/ HTTP/1.1\r\n${host}Connection: close\r\n${'A:\r\n'.repeat(1500)}\r\n`);
    expect(count).toBe(1500);
  });

  test('a body that is too large is a 413: at once by its length, else when it gets there', async () => {
    expect(statusesOf(await raw(`${line}${host}Content-Length: 1025\r\n\r\n`))).toEqual([413]);
    expect(reached).toEqual([]);
    const chunk = `200\r\n${'x'.repeat(512)}\r\n`;
    expect(
      statusesOf(await raw(`${line}${host}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`)),
    ).toEqual([413]);
    expect(
      statusesOf(
        await raw(`${line}${host}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(2)}0\r\n\r\n`),
      ),
    ).toEqual([200]);
  });

  test.each([
    ['that says nothing', ''],
    ['that stops within its head', 'GET / HTTP/1.1\r\nHost: h\r\n'],
  ])('a client %s is asked to leave', async (_name, text) => {
    expect(statusesOf(await raw(text))).toEqual([408]);
  });

  test('an upload that stalls is given up on both sides', async () => {
    const answer = await raw(`${line}${host}Content-Length: 10\r\n\r\nabc`);
    expect(statusesOf(answer)).toEqual([408]);
    await eventually('the connection is gone', () => t.proxy.status().connections === 0);
  });

  test('connections beyond the limit are turned away, and said so once', async () => {
    const clients = Array.from({ length: 60 }, () => new RawClient(t.proxy.port));
    await eventually('the limit is reached', () =>
      t.records.some(({ msg }) => String(msg).includes('max_connections')),
    );
    expect(t.proxy.status().connections).toBeLessThanOrEqual(50);
    expect(t.records.filter(({ msg }) => String(msg).includes('max_connections'))).toHaveLength(1);
    for (const client of clients) client.socket.destroy();
    await eventually('all are gone', () => t.proxy.status().connections === 0);
    expect(statusesOf(await raw(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`))).toEqual([200]);
  });
});

describe('error pages', () => {
  test('programs get JSON, browsers a page without scripts; neither is kept', async () => {
    const text = (accept: string) => `GET /user//x HTTP/1.1\r\n${host}Accept: ${accept}\r\nConnection: close\r\n\r\n`;
    expect(await raw(text('application/json'))).toMatch(
      /application\/json[^]*Cache-Control: no-store[^]*\{"status":400,"message":"Bad request/,
    );
    const html = await raw(text('text/html'));
    expect(html).toMatch(/Content-Security-Policy: default-src 'none'/);
    expect(html).not.toContain('<script');
  });

  test('HEAD gets no body', async () => {
    const answer = await raw(`HEAD /user//x HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    expect(statusesOf(answer)).toEqual([400]);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });
});

test.each([
  ['/user/ada', 403, []],
  ['/user/ada?x=/a/b', 403, []],
  ['/user/ada/sw.js', 200, ['/user/ada/sw.js']],
  ['/hub/sw.js', 200, ['/hub/sw.js']],
] as const)('the script of a service worker at %s: %i', async (path, status, seen) => {
  const answer = await raw(`GET ${path} HTTP/1.1\r\n${host}Service-Worker: script\r\nConnection: close\r\n\r\n`);
  expect(statusesOf(answer)).toEqual([status]);
  expect(reached).toEqual(seen);
});

test("what a server sets with an answer to its bare address is not for everybody's folder", async () => {
  await t.route('bob', (_req, res) => res.setHeader('Set-Cookie', ['a=1', 'b=2; Path=/user/bob/']).end());
  const answer = await raw(`GET /user/bob HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
  expect(answer).not.toContain('a=1');
  expect(answer).toContain('b=2');
});
