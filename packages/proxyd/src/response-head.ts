import { hasToken, isBadStart, isBadText, readFields, readLength } from './head-fields.ts';
import type { RawHeaders } from './headers.ts';

/** How the body of an answer is delimited; `close`: it lasts until the connection ends. */
export type AnswerFraming = 'none' | 'length' | 'chunked' | 'close';

/** The head of an answer, read once. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly raw: RawHeaders;
  readonly framing: AnswerFraming;
  /** Of a body with framing `length`. */
  readonly length: number;
  /** Whether the server means to answer another request on this connection. */
  readonly keepAlive: boolean;
  /** The protocol that a 101 switches to, in lower case. */
  readonly upgrade: string | null;
}

/** A head with the place where it ends; what is wrong with it, as the end of a sentence; or null while it is not whole. */
export type ResponseRead = { readonly head: ResponseHead; readonly end: number } | { readonly problem: string } | null;

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const headEnd = Buffer.from('\r\n\r\n');
const none = { framing: 'none', length: 0 } as const;

/** Reads the head that `bytes` begins with, of the answer to a request with this method; `maxSize` bytes at most. */
export function readResponseHead(bytes: Buffer, method: string, maxSize: number): ResponseRead {
  const blank = bytes.indexOf(headEnd);
  const size = blank === -1 ? bytes.length : blank + 4;
  if (size > maxSize) return { problem: 'the head of its answer is too large' };
  if (blank === -1) {
    return isBadStart(bytes, 0) ? { problem: 'its answer is not HTTP' } : null;
  }
  const text = bytes.toString('latin1', 0, blank + 2);
  if (isBadText(text)) return { problem: 'its answer is not HTTP' };
  return parse(text, method, blank + 4);
}

function parse(text: string, method: string, end: number): ResponseRead {
  const lineEnd = text.indexOf('\r\n');
  const line = statusLine.exec(text.slice(0, lineEnd));
  if (line === null) return { problem: 'its answer is not HTTP' };
  const [, minor, digits, reason = ''] = line;
  const status = Number(digits);
  const lengths: string[] = [];
  const codings: string[] = [];
  let connection = '';
  let upgrade: string | null = null;
  const raw = readFields(text, lineEnd + 2, (key, value) => {
    if (key === 'content-length') lengths.push(value);
    else if (key === 'transfer-encoding') codings.push(value.toLowerCase());
    else if (key === 'connection') connection = connection === '' ? value : `${connection},${value}`;
    else if (key === 'upgrade') upgrade = value.toLowerCase();
  });
  if (raw === null) return { problem: 'a header of its answer is not well formed' };
  const framed = framingOf(lengths, codings, { method, status, minor: Number(minor) });
  if (typeof framed === 'string') return { problem: framed };
  const wants = minor === '1' ? !hasToken(connection, 'close') : hasToken(connection, 'keep-alive');
  const keepAlive = wants && framed.framing !== 'close';
  return { head: { status, reason, raw, ...framed, keepAlive, upgrade }, end };
}

/** RFC 9112, 6.3, but for what it lets a recipient repair. */
function framingOf(
  lengths: readonly string[],
  codings: readonly string[],
  answer: { method: string; status: number; minor: number },
): { framing: AnswerFraming; length: number } | string {
  const [coding] = codings;
  if (coding !== undefined) {
    if (lengths.length > 0) return 'its answer has both Content-Length and Transfer-Encoding';
    if (codings.length > 1 || coding !== 'chunked' || answer.minor === 0) return 'transfer coding not understood';
  }
  const length = lengths.length === 1 ? readLength(lengths[0] ?? '') : null;
  if (lengths.length > 0 && length === null) return 'its answer has no single Content-Length of digits';
  const { method, status } = answer;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return none;
  if (coding !== undefined) return { framing: 'chunked', length: 0 };
  if (length === null) return { framing: 'close', length: 0 };
  return length === 0 ? none : { framing: 'length', length };
}
