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

/** The look of the hub's own pages; nothing of it is fetched, for the hub may be away. */
const style = [
  ':root{color-scheme:light dark;--ground:#f4f6f6;--card:#fff;--ink:#17211f;--quiet:#55625f;--line:#d7dedc;--accent:#17625c}',
  '@media(prefers-color-scheme:dark){:root{--ground:#101615;--card:#19211f;--ink:#e7eeec;--quiet:#9dadaa;--line:#2f3b38;--accent:#7fd3c4}}',
  '*{box-sizing:border-box}',
  'body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:break-word}',
  'main{max-width:30rem;margin:0 auto;padding:clamp(1rem,12vh,8rem) 1rem 4rem}',
  'section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:clamp(1.25rem,5vw,2rem)}',
  'p{margin:1.1rem 0 0}',
  'h1{margin:.1rem 0 0;font-size:1.5rem;line-height:1.25;font-weight:650}',
  'small{font-size:.875rem;letter-spacing:.08em;color:var(--quiet)}',
  'a{color:var(--accent);text-underline-offset:.15em}',
  ':focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:6px}',
].join('');
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
    `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${status} ${escapeHtml(reason)}</title><style>${style}</style></head>` +
    `<body><main><section><small>${status} ${escapeHtml(reason)}</small><h1>${escapeHtml(says)}</h1>${help}</section></main></body></html>\n`
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
