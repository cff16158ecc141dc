import { expect, test } from 'vitest';
import { readRequestHead, type RequestHead } from './request-head.ts';

const max = 1024;

function read(text: string): RequestHead {
  const found = readRequestHead(Buffer.from(text, 'latin1'), max);
  if (found === null || 'refusal' in found) throw new Error(`expected a head, found ${JSON.stringify(found)}`);
  return found.head;
}

function statusOf(text: string): number | null {
  const found = readRequestHead(Buffer.from(text, 'latin1'), max);
  return found !== null && 'refusal' in found ? found.refusal.status : null;
}

test('a head is read once, and says where it ends', () => {
  const text = 'POST /a?b HTTP/1.1\r\nHost: h:1\r\nX-A:  v\xe4 \r\nContent-Length: 3\r\n\r\n';
  expect(readRequestHead(Buffer.from(`${text}abc`, 'latin1'), max)).toEqual({
    end: text.length,
    head: {
      method: 'POST',
      target: '/a?b',
      minor: 1,
      raw: ['Host', 'h:1', 'X-A', 'v\xe4', 'Content-Length', '3'],
      host: 'h:1',
      framing: 'length',
      length: 3,
      keepAlive: true,
      expects: false,
      upgrade: null,
      isServiceWorker: false,
    },
  });
});

test.each(['', 'G', 'GET / HTTP/1.1', 'GET / HTTP/1.1\r\nHost: h\r\n', 'GET / HTTP/1.1\r\nHost: h\r\n\r'])(
  '%j may become one',
  (text) => {
    expect(readRequestHead(Buffer.from(text), max)).toBeNull();
  },
);

test('an empty line before a request is forgiven, once', () => {
  expect(read('\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n').target).toBe('/');
  expect(statusOf('\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n')).toBe(400);
});

const host = 'Host: h\r\n';
test.each([
  ['a control in the line', 'GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['two spaces in the line', 'GET  / HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['a tab in the line', 'GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n', 400],
  ['no version', `GET /\r\n${host}\r\n`, 400],
  ['a lower-case http', `GET / http/1.1\r\n${host}\r\n`, 400],
  ['another minor version', `GET / HTTP/1.2\r\n${host}\r\n`, 505],
  ['a long version', `GET / HTTP/1.10\r\n${host}\r\n`, 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['an authority', `GET h:80 HTTP/1.1\r\n${host}\r\n`, 400],
  ['an absolute target', `GET http://h/ HTTP/1.1\r\n${host}\r\n`, 400],
  ['a target beyond ASCII', `GET /\xe4 HTTP/1.1\r\n${host}\r\n`, 400],
  ['a fragment', `GET /?a#b HTTP/1.1\r\n${host}\r\n`, 400],
  ['CONNECT', `CONNECT h:80 HTTP/1.1\r\n${host}\r\n`, 405],
  ['TRACE', `TRACE / HTTP/1.1\r\n${host}\r\n`, 405],
  ['a method that nobody knows', `GETT / HTTP/1.1\r\n${host}\r\n`, 501],
  ['a method in small letters', `get / HTTP/1.1\r\n${host}\r\n`, 501],
  ['a method that is no token', `G(ET / HTTP/1.1\r\n${host}\r\n`, 400],
  ['a bare LF in a value', `GET / HTTP/1.1\r\n${host}X: a\nY: b\r\n\r\n`, 400],
  ['a bare CR in a value', `GET / HTTP/1.1\r\n${host}X: a\rY: b\r\n\r\n`, 400],
  ['a NUL in a value', `GET / HTTP/1.1\r\n${host}X: a\0\r\n\r\n`, 400],
  ['a fold', `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`, 400],
  ['a fold of the first field', `GET / HTTP/1.1\r\n Host: h\r\n\r\n`, 400],
  ['a field without a colon', `GET / HTTP/1.1\r\n${host}X\r\n\r\n`, 400],
  ['a field without a name', `GET / HTTP/1.1\r\n${host}: x\r\n\r\n`, 400],
  ['a space before the colon', `GET / HTTP/1.1\r\n${host}X : a\r\n\r\n`, 400],
  ['a name that is no token', `GET / HTTP/1.1\r\n${host}X@Y: a\r\n\r\n`, 400],
  ['a name beyond ASCII', `GET / HTTP/1.1\r\n${host}Transfer-Encod\xefng: chunked\r\n\r\n`, 400],
  ['an underscore that frames', `POST / HTTP/1.1\r\n${host}Content_Length: 3\r\n\r\n`, 400],
  ['another underscore that frames', `POST / HTTP/1.1\r\n${host}Transfer_Encoding: chunked\r\n\r\n`, 400],
  ['two lengths', `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`, 400],
  ['an empty length', `POST / HTTP/1.1\r\n${host}Content-Length:\r\n\r\n`, 400],
  ['a length with a tab', `POST / HTTP/1.1\r\n${host}Content-Length: 1\t\r\n\r\n`, 400],
  ['a hexadecimal length', `POST / HTTP/1.1\r\n${host}Content-Length: 0x3\r\n\r\n`, 400],
  ['a length beyond counting', `POST / HTTP/1.1\r\n${host}Content-Length: 99999999999999999999\r\n\r\n`, 400],
  ['length and chunks', `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['chunks twice', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, 501],
  ['a list of codings', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked, chunked\r\n\r\n`, 501],
  ['a quoted coding', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: "chunked"\r\n\r\n`, 501],
  ['a coding with a vertical tab', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: \x0bchunked\r\n\r\n`, 400],
  ['chunks in HTTP/1.0', `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n`, 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two hosts in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n', 400],
  ['a host with a space', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['another expectation', `GET / HTTP/1.1\r\n${host}Expect: 200-ok\r\n\r\n`, 417],
  [
    'an upgrade with a length',
    `GET / HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\n\r\n`,
    400,
  ],
  ['a head that is too large', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(max)}\r\n\r\n`, 431],
  ['a head that is becoming too large', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(max)}`, 431],
  ['what is no HTTP from its first bytes', '\x16\x03\x01\x02', 400],
])('%s: refused', (_name, text, status) => {
  expect(statusOf(text)).toBe(status);
});

test.each([
  ['', 1, true],
  ['Connection: keep-alive', 1, true],
  ['Connection: close', 1, false],
  ['Connection: Keep-Alive, CLOSE', 1, false],
  ['Connection: x\r\nConnection: close', 1, false],
  ['', 0, false],
  ['Connection: keep-alive', 0, true],
] as const)('%j in HTTP/1.%d: another request may follow: %s', (line, minor, keepAlive) => {
  const text = `GET / HTTP/1.${minor}\r\n${host}${line === '' ? '' : `${line}\r\n`}\r\n`;
  expect(read(text).keepAlive).toBe(keepAlive);
});

test('what makes a request special is noted', () => {
  const upgrade = read(`GET / HTTP/1.1\r\n${host}Connection: x, Upgrade\r\nUpgrade: WebSocket\r\n\r\n`);
  expect(upgrade.upgrade).toBe('websocket');
  expect(read(`GET / HTTP/1.1\r\n${host}Upgrade: websocket\r\n\r\n`).upgrade).toBeNull();
  const waiting = `POST / HTTP/1.1\r\n${host}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n`;
  expect(read(waiting).expects).toBe(true);
  expect(read(waiting.replace('Length: 1', 'Length: 0')).expects).toBe(false);
  expect(read(`GET / HTTP/1.1\r\n${host}Service-Worker: script\r\n\r\n`).isServiceWorker).toBe(true);
});
