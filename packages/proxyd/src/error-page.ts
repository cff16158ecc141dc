import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { fieldLines, valueOf } from './head-fields.ts';
import type { RequestHead } from './request-head.ts';

/** What the proxy itself says to a client: small, and the same as JSON for programs. */
export interface Refusal {
  readonly status: number;
  /** One sentence for whoever asked. */
  readonly says: string;
  /** What they can do; only on a page. */
  readonly advice?: { readonly text: string; readonly link?: { readonly href: string; readonly text: string } };
}

/** An answer of the proxy itself. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Flat, as Node's rawHeaders; with the length of the body. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export interface ErrorPage {
  /** Flat, as Node's rawHeaders. */
  readonly headers: string[];
  readonly body: Buffer;
}

const style =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:15vh auto;padding:0 1rem;color:#222;background:#fff}' +
  'h1{font-size:1.4rem}small{color:#555}a{color:#0b57d0}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}small{color:#aaa}a{color:#8ab4f8}}';
const styleHash = createHash('sha256').update(style).digest('base64');
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'`;

/** The whole answer for a refusal; `head` is null for a request that could not be understood. */
export function pageFor(refusal: Refusal, head: Pick<RequestHead, 'raw'> | null): Answer {
  const { status } = refusal;
  const { headers, body } = errorPage(refusal, head === null ? undefined : valueOf(head.raw, 'accept'));
  if (status === 405) headers.push('Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS');
  return { status, reason: STATUS_CODES[status] ?? 'Error', headers, body };
}

/** An answer as it is sent, in latin1. */
export function answerText(
  answer: Answer,
  head: Pick<RequestHead, 'method' | 'minor'> | null,
  isLast: boolean,
): string {
  const { status, reason, headers, body } = answer;
  const connection = isLast ? 'Connection: close\r\n' : head?.minor === 0 ? 'Connection: keep-alive\r\n' : '';
  const sent = head?.method === 'HEAD' ? '' : body.toString('latin1');
  return `HTTP/1.1 ${status} ${reason}\r\n${fieldLines(headers)}${connection}\r\n${sent}`;
}

/** An answer with a page that somebody else wrote. */
export function answerOf(status: number, headers: readonly string[], body: Buffer): Answer {
  const own = ['Content-Length', String(body.length), 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
  return { status, reason: STATUS_CODES[status] ?? 'Error', headers: [...headers, ...own], body };
}

/** The page for a refusal, as HTML unless `accept` asks for JSON alone or first. */
export function errorPage(refusal: Refusal, accept: string | undefined): ErrorPage {
  const isJson = prefersJson(accept ?? '');
  const text = isJson ? `${JSON.stringify({ status: refusal.status, message: refusal.says })}\n` : pageOf(refusal);
  const body = Buffer.from(text);
  const headers = ['Content-Type', isJson ? 'application/json' : 'text/html; charset=utf-8'];
  headers.push('Content-Length', String(body.length), 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff');
  headers.push('Content-Security-Policy', policy);
  if (refusal.status === 503) headers.push('Retry-After', '5');
  return { headers, body };
}

export function prefersJson(accept: string): boolean {
  const json = accept.search(/application\/(?:[\w.+-]*\+)?json/i);
  if (json === -1) return false;
  const html = accept.search(/text\/html/i);
  return html === -1 || json < html;
}

function pageOf({ status, says, advice }: Refusal): string {
  const reason = STATUS_CODES[status] ?? 'Error';
  const link =
    advice?.link === undefined ? '' : ` <a href="${escapeHtml(advice.link.href)}">${escapeHtml(advice.link.text)}</a>`;
  const help = advice === undefined ? '' : `<p>${escapeHtml(advice.text)}${link}</p>`;
  return (
    `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${status} ${escapeHtml(reason)}</title><style>${style}</style></head>` +
    `<body><main><h1>${escapeHtml(says)}</h1>${help}<p><small>${status} ${escapeHtml(reason)}</small></p></main></body></html>\n`
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
