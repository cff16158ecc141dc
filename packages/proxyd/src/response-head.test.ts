import { describe, expect, test } from 'vitest';
import { readResponseHead } from './response-head.ts';

const read = (text: string, method = 'GET') => readResponseHead(Buffer.from(text, 'latin1'), method, 1024);

/** Framing, length and whether another answer may follow. */
function summary(text: string, method?: string): string {
  const found = read(text, method);
  if (found === null) return 'more';
  if ('problem' in found) return 'bad';
  return `${found.head.framing} ${found.head.length}${found.head.keepAlive ? ' keep' : ''}`;
}

describe('how an answer ends', () => {
  test.each([
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'length 5 keep'],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'none 0 keep'],
    ['GET', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n', 'chunked 0 keep'],
    ['GET', 'HTTP/1.1 200 OK\r\n\r\n', 'close 0'],
    ['GET', 'HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n', 'length 5 keep'],
    ['GET', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n', 'length 5'],
    ['GET', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n\r\n', 'length 5 keep'],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n', 'length 5'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'none 0 keep'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'none 0 keep'],
    ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 'none 0 keep'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 'none 0 keep'],
  ])('%s: %j: %s', (method, text, expected) => {
    expect(summary(text, method)).toBe(expected);
  });
});

test.each([
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX : a\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n',
  'HTTP/1.1 200 O\x01K\r\n\r\n',
  'HTTP/1.1 099 OK\r\n\r\n',
  'HTTP/1.1 20 OK\r\n\r\n',
  'HTTP/1.1  200 OK\r\n\r\n',
  'HTTP/2 200 OK\r\n\r\n',
  'ICY 200 OK\r\n\r\n',
  'hello\r\n\r\n',
  'hello\n',
  `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1024)}`,
])('%j is no answer', (text) => {
  expect(summary(text)).toBe('bad');
});

test.each(['', 'HTTP/1.1 2', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n'])('%j may become one', (text) => {
  expect(summary(text)).toBe('more');
});
