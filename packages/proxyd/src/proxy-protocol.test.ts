import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readProxyHead } from './proxy-protocol.ts';

const text = (line: string) => Buffer.from(line, 'latin1');
const signature = text('\r\n\r\n\0\r\nQUIT\n');
const v2 = (command: number, family: number, rest: readonly number[]) =>
  Buffer.concat([signature, Buffer.from([0x20 | command, family, rest.length >> 8, rest.length & 255, ...rest])]);
const ipv4 = [10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 1, 187];
const ipv6 = [0x20, 1, 0x0d, 0xb8, ...Array.from({ length: 27 }, () => 0), 1, 0, 80, 1, 187];

test.each([
  ['PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n', '192.0.2.1'],
  ['PROXY TCP6 2001:db8::1 ::1 1 2\r\n', '2001:db8::1'],
  ['PROXY UNKNOWN\r\n', null],
  ['PROXY UNKNOWN a b c d\r\n', null],
])('version 1: %j', (line, address) => {
  expect(readProxyHead(text(`${line}GET /`))).toEqual({ address, length: line.length });
});

test.each([
  ['IPv4', v2(1, 0x11, ipv4), '10.0.0.1'],
  ['IPv6', v2(1, 0x21, ipv6), '2001:db8:0:0:0:0:0:0'],
  ['a UNIX socket', v2(1, 0x31, []), null],
  ['itself', v2(0, 0x11, ipv4), null],
])('version 2 for %s', (_what, bytes, address) => {
  expect(readProxyHead(Buffer.concat([bytes, text('GET /')]))).toEqual({ address, length: bytes.length });
});

test.each([
  text('GET / HTTP/1.1\r\n'),
  text('PROXY TCP4 ::1 ::1 1 2\r\n'),
  text('PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n'),
  text('PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n'),
  text('proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n'),
  text(`PROXY ${'x'.repeat(120)}`),
  text('\r\n\r\nGET'),
  v2(1, 0x11, ipv4.slice(0, 8)),
  v2(1, 0x21, ipv4),
  v2(2, 0x11, ipv4),
  Buffer.concat([signature, Buffer.from([0x11, 0x11, 0, 0])]),
  Buffer.concat([signature, Buffer.from([0x21, 0x11, 0xff, 0xff])]),
])('%j is no such head', (bytes) => {
  expect(readProxyHead(bytes)).toBeNull();
});

test('a head in pieces is awaited, and read the same however it is cut', () => {
  for (const whole of [text('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n'), v2(1, 0x11, ipv4), v2(0, 0, [])]) {
    for (let cut = 0; cut < whole.length; cut++) expect(readProxyHead(whole.subarray(0, cut))).toBeUndefined();
    expect(readProxyHead(whole)).toMatchObject({ length: whole.length });
  }
});

test('whatever comes, it is an answer', () => {
  const begin = fc.constantFrom(signature, text('PROXY TCP4 '), text('PROXY '), Buffer.alloc(0));
  fc.assert(
    fc.property(begin, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
      const bytes = Buffer.concat([head, rest]);
      const read = readProxyHead(bytes);
      if (read) expect(read.length).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
