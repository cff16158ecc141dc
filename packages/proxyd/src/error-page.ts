import { STATUS_CODES } from 'node:http';
import { type Look, plainLook } from './error-look.ts';
import { inWords, type Reader } from './error-words.ts';
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

/** The whole answer for a refusal; `head` is null for a request that could not be understood. */
export function pageFor(refusal: Refusal, head: Pick<RequestHead, 'raw'> | null, look: Look): Answer {
  const { status } = refusal;
  const said = (name: string): string | undefined => (head === null ? undefined : valueOf(head.raw, name));
  const reader = { cookie: said('cookie'), asks: said('accept-language') };
  const { headers, body } = errorPage(refusal, said('accept'), look, reader);
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
export function errorPage(
  refusal: Refusal,
  accept: string | undefined,
  look = plainLook,
  reader: Reader = { cookie: undefined, asks: undefined },
): ErrorPage {
  const isJson = prefersJson(accept ?? '');
  const text = isJson
    ? `${JSON.stringify({ status: refusal.status, message: refusal.says })}\n`
    : pageOf(inWords(refusal, look, reader), look);
  const body = Buffer.from(text);
  const headers = ['Content-Type', isJson ? 'application/json' : 'text/html; charset=utf-8'];
  headers.push('Content-Length', String(body.length), 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff');
  headers.push('Content-Security-Policy', look.policy);
  if (refusal.status === 503) headers.push('Retry-After', '5');
  return { headers, body };
}

export function prefersJson(accept: string): boolean {
  const json = accept.search(/application\/(?:[\w.+-]*\+)?json/i);
  if (json === -1) return false;
  const html = accept.search(/text\/html/i);
  return html === -1 || json < html;
}

function pageOf({ status, says, advice, language }: ReturnType<typeof inWords>, { hub, style }: Look): string {
  const reason = language === 'en' ? ` ${STATUS_CODES[status] ?? 'Error'}` : '';
  const of = hub === '' ? '' : ` · ${escapeHtml(hub)}`;
  const name = hub === '' ? '' : `<header>${escapeHtml(hub)}</header>`;
  const link =
    advice?.link === undefined ? '' : ` <a href="${escapeHtml(advice.link.href)}">${escapeHtml(advice.link.text)}</a>`;
  const help = advice === undefined ? '' : `<p>${escapeHtml(advice.text)}${link}</p>`;
  return (
    `<!DOCTYPE html>\n<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${status}${escapeHtml(reason)}${of}</title><style>${style}</style></head>` +
    `<body><main>${name}<section><small>${status}${escapeHtml(reason)}</small><h1>${escapeHtml(says)}</h1>${help}</section></main></body></html>\n`
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
