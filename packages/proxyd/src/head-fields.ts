import type { RawHeaders } from './headers.ts';

/** Reading the fields of a head or of trailers: one line each, ended by CRLF, nothing that two readers could see differently. Pure. */

const tokenName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// No controls but the tab, and CRLF whole, but for the last. Whoever passes another on decides how the next reader splits lines.
// Said of what is good: each character is looked at once, where looking for what is bad takes twice as long.
// oxlint-disable-next-line no-control-regex
const goodText = /^[^\0-\x08\x0a-\x1f\x7f]*(?:\r\n[^\0-\x08\x0a-\x1f\x7f]*)*\r?$/;

/** Whether text that came can no longer become a head, or part of one. `text` is latin1. */
export function isBadText(text: string): boolean {
  return !goodText.test(text);
}

/** Bytes of a head that is not whole which are looked at: one that trickles in must not be read again and again. */
const startSize = 1024;

/** Whether bytes from `start` on are no head from their beginning, so that nobody waits for its end. */
export function isBadStart(bytes: Buffer, start: number): boolean {
  return bytes.length - start <= startSize && isBadText(bytes.toString('latin1', start));
}

/** Keys of the spellings that most clients and servers use, so that few names are lowered and checked anew. */
const knownKeys = new Map<string, string>();
for (const name of [
  ...['Accept', 'Accept-Encoding', 'Accept-Language', 'Accept-Ranges', 'Access-Control-Allow-Origin', 'Age'],
  ...['Authorization', 'Cache-Control', 'Connection', 'Content-Encoding', 'Content-Length', 'Content-Security-Policy'],
  ...['Content-Type', 'Cookie', 'Date', 'DNT', 'ETag', 'Etag', 'Expires', 'Host', 'If-Modified-Since', 'If-None-Match'],
  ...['Keep-Alive', 'Last-Modified', 'Location', 'Origin', 'Pragma', 'Priority', 'Range', 'Referer', 'Sec-Fetch-Dest'],
  ...['Sec-Fetch-Mode', 'Sec-Fetch-Site', 'Sec-Fetch-User', 'Server', 'Set-Cookie', 'Transfer-Encoding', 'Upgrade'],
  ...[
    'Upgrade-Insecure-Requests',
    'User-Agent',
    'Vary',
    'X-Content-Type-Options',
    'X-JupyterHub-Version',
    'X-XSRFToken',
  ],
  ...['Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Protocol'],
]) {
  knownKeys.set(name, name.toLowerCase());
  knownKeys.set(name.toLowerCase(), name.toLowerCase());
}

/** A field's name in lower case. */
export function keyOf(name: string): string {
  return knownKeys.get(name) ?? name.toLowerCase();
}

/**
 * Fields of `text` from `at` on, which ends with the CRLF of the last field (or is empty from there); null when one of them is
 * none. `onField` sees each with its key. The text must have passed isBadText.
 */
export function readFields(text: string, at: number, onField: (key: string, value: string) => void): string[] | null {
  const raw: string[] = [];
  let from = at;
  while (from < text.length) {
    const end = text.indexOf('\r\n', from);
    const colon = text.indexOf(':', from);
    if (end === -1 || colon === -1 || colon > end) return null;
    const name = text.slice(from, colon);
    let key = knownKeys.get(name);
    if (key === undefined) {
      // A fold, and a name with a space before its colon, fail here.
      if (!tokenName.test(name)) return null;
      key = name.toLowerCase();
    }
    const value = trimmed(text, colon + 1, end);
    raw.push(name, value);
    onField(key, value);
    from = end + 2;
  }
  return raw;
}

const space = 0x20;

/** Without the spaces around it. A tab stays: what delimits a message is not valid with one, since readers differ there. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && text.charCodeAt(start) === space) start++;
  while (end > start && text.charCodeAt(end - 1) === space) end--;
  return text.slice(start, end);
}

/** What a Content-Length says, or null: digits alone, and not more than can be counted. */
export function readLength(value: string): number | null {
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** Whether a list of tokens, as in Connection, holds one. */
export function hasToken(list: string, token: string): boolean {
  if (list === token) return true;
  return list.split(',').some((item) => item.trim().toLowerCase() === token);
}

/** The first value of a field. */
export function valueOf(raw: RawHeaders, key: string): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) if (keyOf(raw[i] ?? '') === key) return raw[i + 1];
  return undefined;
}

/** Takes a field out of a list. */
export function removeField(raw: string[], key: string): void {
  for (let i = raw.length - 2; i >= 0; i -= 2) if (keyOf(raw[i] ?? '') === key) raw.splice(i, 2);
}

/** Fields as text, each with its CRLF. */
export function fieldLines(raw: RawHeaders): string {
  let text = '';
  for (let i = 0; i + 1 < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return text;
}
