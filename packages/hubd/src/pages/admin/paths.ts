import { escapeName } from '@tshub/contract';
import type { Context } from 'koa';
import { html, type Html } from '../html.ts';
import type { Desk } from './desk.ts';

/** The page of one group, role or service. */
export function pathOf(section: 'groups' | 'roles' | 'services', name: string): string {
  return `/hub/admin/${section}/${escapeName(name)}`;
}

/** A whole number of an address; the fallback for what is none. */
export function numberIn(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : fallback;
}

type Fields = ReadonlyArray<readonly [string, string]>;

export function withFields(path: string, fields: Fields): string {
  return fields.length === 0
    ? path
    : `${path}?${new URLSearchParams(fields as readonly [string, string][]).toString()}`;
}

/** Ways to the pages before and behind, for lists that are counted. */
export function turnsByOffset(
  { say }: Desk,
  path: string,
  fields: Fields,
  { offset, limit, total }: { readonly offset: number; readonly limit: number; readonly total: number },
): Html | false {
  const at = (to: number): string => withFields(path, [...fields, ['offset', String(to)]]);
  if (offset === 0 && total <= limit) return false;
  return html`<nav class="row between" aria-label="${say.pages}">
    ${offset === 0 ? html`<span></span>` : html`<a class="button" rel="prev" href="${at(Math.max(0, offset - limit))}">${say.previous}</a>`}
    ${offset + limit < total && html`<a class="button" rel="next" href="${at(offset + limit)}">${say.next}</a>`}
  </nav>`;
}

/** The way on in a list from the newest to the oldest; back is the browser's own button, or the first page. */
export function turnsByPlace(
  { say }: Desk,
  path: string,
  fields: Fields,
  isFirst: boolean,
  before: number | null,
): Html | false {
  if (isFirst && before === null) return false;
  return html`<nav class="row between" aria-label="${say.pages}">
    ${isFirst ? html`<span></span>` : html`<a class="button" href="${withFields(path, fields)}">${say.newest}</a>`}
    ${before !== null && html`<a class="button" rel="next" href="${withFields(path, [...fields, ['before', String(before)]])}">${say.older}</a>`}
  </nav>`;
}

/** The name in the address of a page; '' if there is none. */
export function nameIn(ctx: Context): string {
  return (ctx.params as { name?: string }).name ?? '';
}
