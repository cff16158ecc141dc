import type { Context } from 'koa';

/** The origins that are the hub's own: what browsers ask for, and `public_url`. */
export function ownOrigins(ctx: Pick<Context, 'protocol' | 'host'>, publicUrl: string): readonly string[] {
  return [`${ctx.protocol}://${ctx.host}`, publicUrl].flatMap((text) =>
    URL.canParse(text) ? [new URL(text).origin] : [],
  );
}

/**
 * The path to go to after a login, or null when `next` is absent or would lead anywhere but here (peer's contract 5.3).
 * An absolute URL on one of our own origins is reduced to its path.
 */
export function safeNext(next: string | undefined, origins: readonly string[]): string | null {
  if (next === undefined || next === '') return null;
  // Browsers drop tabs and line feeds within a URL, and spaces around it: what is left may be another URL.
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(next) || next !== next.trim()) return null;
  const path = withoutOwnOrigin(next.replaceAll('\\', '%5C'), origins);
  if (path === null || !path.startsWith('/') || path.startsWith('//')) return null;
  // What a browser would make of it has the last word.
  const base = 'http://here.invalid';
  return URL.canParse(path, base) && new URL(path, base).origin === base ? path : null;
}

function withoutOwnOrigin(next: string, origins: readonly string[]): string | null {
  if (next.startsWith('/') && !next.startsWith('//')) return next;
  for (const origin of origins) {
    const text = next.startsWith('//') ? `${new URL(origin).protocol}${next}` : next;
    // `https:evil` and `http:/evil` parse to a host as well; only the usual spelling is ours.
    if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) continue;
    const url = new URL(text);
    if (url.origin !== origin || url.username !== '' || url.password !== '') continue;
    return `${url.pathname}${url.search}${url.hash}`.replace(/^\/+/, '/');
  }
  return null;
}

/** The login page that leads back to this request. */
export function loginUrl(ctx: Pick<Context, 'url'>): string {
  return `/hub/login?next=${encodeURIComponent(ctx.url)}`;
}
