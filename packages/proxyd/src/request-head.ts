import { METHODS } from 'node:http';
import type { Refusal } from './error-page.ts';
import { hasToken, isBadStart, isBadText, readFields, readLength } from './head-fields.ts';
import type { Framing, RawHeaders } from './headers.ts';

/** The head of a request, read once; what is in here has one meaning only. */
export interface RequestHead {
  readonly method: string;
  /** In origin form: begins with a slash. */
  readonly target: string;
  /** Of HTTP/1.x. */
  readonly minor: 0 | 1;
  readonly raw: RawHeaders;
  /** undefined: a client of HTTP/1.0 gave none. */
  readonly host: string | undefined;
  readonly framing: Framing;
  /** Of a body with framing `length`. */
  readonly length: number;
  /** Whether the client means to send another request on this connection. */
  readonly keepAlive: boolean;
  /** Whether the client waits for `100 Continue` before it sends its body. */
  readonly expects: boolean;
  /** The protocol that the client would rather speak, in lower case. */
  readonly upgrade: string | null;
  /** Whether this asks for the script of a service worker. */
  readonly isServiceWorker: boolean;
}

/** A head with the place where it ends; a refusal; or null while it is not whole. */
export type HeadRead = { readonly head: RequestHead; readonly end: number } | { readonly refusal: Refusal } | null;

// Visible ASCII, which clients encode the rest in; no "#", since what follows one is a browser's own business.
const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) ([\x21\x22\x24-\x7e]+) HTTP\/(\d)\.(\d)$/;
const goodHost = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const methods = new Set(METHODS);
const headEnd = Buffer.from('\r\n\r\n');

const bad = (what: string): { refusal: Refusal } => ({ refusal: { status: 400, says: `Bad request: ${what}` } });
const tooLarge: HeadRead = {
  refusal: { status: 431, says: 'The head of the request is larger than this hub allows' },
};
const noHttp = bad('this is not HTTP');

/** Reads the head that `bytes` begins with; `maxSize` bytes at most. */
export function readRequestHead(bytes: Buffer, maxSize: number): HeadRead {
  // An empty line before a request is what some old clients end a body with (RFC 9112, 2.2).
  const start = bytes.length >= 2 && bytes[0] === 0x0d && bytes[1] === 0x0a ? 2 : 0;
  const blank = bytes.indexOf(headEnd, start);
  const size = blank === -1 ? bytes.length - start : blank + 4 - start;
  if (blank === -1 || size > maxSize) {
    if (size > maxSize) return tooLarge;
    return isBadStart(bytes, start) ? noHttp : null;
  }
  const text = bytes.toString('latin1', start, blank + 2);
  if (isBadText(text)) return noHttp;
  const read = parse(text);
  return 'refusal' in read ? read : { head: read, end: blank + 4 };
}

/** What fields say that decides how the message is read; repeats are counted, since none of them may be. */
class Special {
  hosts = 0;
  host: string | undefined;
  lengths = 0;
  length = '';
  codings = 0;
  coding = '';
  connection = '';
  expect: string | null = null;
  upgrade: string | null = null;
  isServiceWorker = false;
  /** Some frameworks read `_` as `-`: these would frame the message there. */
  hasLookalike = false;

  readonly note = (key: string, value: string): void => {
    switch (key) {
      case 'host':
        this.hosts++;
        this.host = value;
        break;
      case 'content-length':
        this.lengths++;
        this.length = value;
        break;
      case 'transfer-encoding':
        this.codings++;
        this.coding = value;
        break;
      case 'connection':
        this.connection = this.connection === '' ? value : `${this.connection},${value}`;
        break;
      case 'expect':
        this.expect = value.toLowerCase();
        break;
      case 'upgrade':
        this.upgrade = value.toLowerCase();
        break;
      case 'service-worker':
        this.isServiceWorker = true;
        break;
      case 'content_length':
      case 'transfer_encoding':
        this.hasLookalike = true;
        break;
    }
  };
}

function parse(text: string): RequestHead | { refusal: Refusal } {
  const lineEnd = text.indexOf('\r\n');
  const line = requestLine.exec(text.slice(0, lineEnd));
  if (line === null) return noHttp;
  const [, method = '', target = '', major, minorDigit] = line;
  if (major !== '1' || (minorDigit !== '0' && minorDigit !== '1')) {
    return { refusal: { status: 505, says: 'This version of HTTP is not spoken here' } };
  }
  const minor = minorDigit === '1' ? 1 : 0;
  // TRACE would show a page's script the cookies that are kept from it.
  if (method === 'TRACE' || method === 'CONNECT') {
    return { refusal: { status: 405, says: `${method} is not allowed` } };
  }
  if (!methods.has(method)) return { refusal: { status: 501, says: 'This method is not known here' } };
  const special = new Special();
  const raw = readFields(text, lineEnd + 2, special.note);
  if (raw === null) return bad('a header is not well formed');
  if (special.hasLookalike) return bad('"_" in the name of a header that delimits the body');
  const { host } = special;
  if (host === undefined ? minor === 1 : special.hosts > 1 || !goodHost.test(host)) {
    return bad('expected one valid Host header');
  }
  if (!target.startsWith('/')) return bad('expected a path that begins with "/"');
  const framed = framingOf(special, minor);
  if ('refusal' in framed) return framed;
  const isUpgrade = special.upgrade !== null && minor === 1 && hasToken(special.connection, 'upgrade');
  // Where its body ends and the new protocol begins, two readers could see differently.
  if (isUpgrade && framed.framing !== 'none') return bad('an upgrade cannot have a body');
  if (special.expect !== null && special.expect !== '100-continue') {
    return { refusal: { status: 417, says: 'What the request expects is not done here' } };
  }
  const { connection } = special;
  const keepAlive =
    minor === 1 ? connection === '' || !hasToken(connection, 'close') : hasToken(connection, 'keep-alive');
  return {
    method,
    target,
    minor,
    raw,
    host,
    framing: framed.framing,
    length: framed.length,
    keepAlive,
    expects: special.expect !== null && minor === 1 && framed.framing !== 'none',
    upgrade: isUpgrade ? special.upgrade : null,
    isServiceWorker: special.isServiceWorker,
  };
}

function framingOf(special: Special, minor: 0 | 1): { framing: Framing; length: number } | { refusal: Refusal } {
  if (special.codings > 0) {
    if (special.lengths > 0) return bad('both Content-Length and Transfer-Encoding');
    // HTTP/1.0 has no chunks; who sends them is confused or wants somebody to be.
    if (minor === 0) return bad('chunks in HTTP/1.0');
    if (special.codings > 1 || special.coding.toLowerCase() !== 'chunked') {
      return { refusal: { status: 501, says: 'This transfer coding is not understood here' } };
    }
    return { framing: 'chunked', length: 0 };
  }
  if (special.lengths === 0) return { framing: 'none', length: 0 };
  const length = special.lengths > 1 ? null : readLength(special.length);
  if (length === null) return bad('expected one Content-Length of digits');
  return length === 0 ? { framing: 'none', length: 0 } : { framing: 'length', length };
}
