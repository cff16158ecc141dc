import { TshubError } from '@tshub/contract';
import type { Exchange } from './exchange.ts';
import type { Reply } from './handler.ts';

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
  ctx: Exchange,
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
  ctx: Exchange,
  page: Page,
  total: number,
  items: Readonly<Record<string, Item>> | readonly Item[],
): Reply {
  return page.optedIn ? pageWith(ctx, page, total, items) : { status: 200, json: items };
}

/** A list of which there is only the form with its page. */
export function pageWith<Item>(
  ctx: Exchange,
  page: Page,
  total: number,
  items: Readonly<Record<string, Item>> | readonly Item[],
): Reply {
  const { offset, limit } = page;
  const nextOffset = offset + limit;
  const next = nextOffset < total ? { offset: nextOffset, limit, url: nextUrl(ctx, nextOffset, limit) } : null;
  const json = { items, _pagination: { offset, limit, total, next } };
  return { status: 200, json, ...(page.optedIn ? { type: pagingType } : {}) };
}

function nextUrl(ctx: Exchange, offset: number, limit: number): string {
  const query = new URLSearchParams(ctx.querystring);
  query.set('offset', String(offset));
  query.set('limit', String(limit));
  return `${ctx.protocol}://${ctx.host}${ctx.path}?${query.toString()}`;
}
