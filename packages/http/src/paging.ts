import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';

export interface Page {
  readonly offset: number;
  readonly limit: number;
  /** The client asked for the form with `items` and `_pagination`. */
  readonly optedIn: boolean;
}

export interface PageLimits {
  readonly defaultLimit: number;
  readonly maxLimit: number;
}

const pagingType = 'application/jupyterhub-pagination+json';

/** Reads `offset`, `limit` and the opt-in (peer's contract 2.1). Negative values count as positive, limit is kept within 1 and maxLimit. */
export function readPage(
  ctx: Context,
  query: { readonly offset?: string | undefined; readonly limit?: string | undefined },
  limits: PageLimits,
): Page {
  const optedIn = ctx
    .get('Accept')
    .split(',')
    .some((element) => element.trim().toLowerCase() === pagingType);
  const offset = readInteger(query.offset) ?? 0;
  const limit = readInteger(query.limit) ?? (optedIn ? limits.defaultLimit : limits.maxLimit);
  return { offset, limit: Math.min(Math.max(limit, 1), limits.maxLimit), optedIn };
}

function readInteger(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.trim());
  if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value)) {
    throw new TshubError('bad_request', { problem: 'Invalid argument type, offset and limit must be integers' });
  }
  return Math.abs(value);
}

/** A list in the form that was asked for. `next.url` is the request's own URL as the hub saw it: the culler follows it literally. */
export function pageOf<Item>(
  ctx: Context,
  page: Page,
  total: number,
  items: Readonly<Record<string, Item>> | readonly Item[],
): unknown {
  return page.optedIn ? pageWith(ctx, page, total, items) : items;
}

/** A list of which there is only the form with its page. */
export function pageWith<Item>(
  ctx: Context,
  page: Page,
  total: number,
  items: Readonly<Record<string, Item>> | readonly Item[],
): unknown {
  if (page.optedIn) ctx.type = pagingType;
  const { offset, limit } = page;
  const nextOffset = offset + limit;
  const next = nextOffset < total ? { offset: nextOffset, limit, url: nextUrl(ctx, nextOffset, limit) } : null;
  return { items, _pagination: { offset, limit, total, next } };
}

function nextUrl(ctx: Context, offset: number, limit: number): string {
  const query = new URLSearchParams(ctx.querystring);
  query.set('offset', String(offset));
  query.set('limit', String(limit));
  return `${ctx.protocol}://${ctx.host}${ctx.path}?${query.toString()}`;
}
