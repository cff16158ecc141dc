import type { Context } from 'koa';
import { html, type Html } from '../html.ts';
import { firstQuery } from '../visit.ts';
import type { Desk } from './desk.ts';
import { field } from './forms.ts';
import { numberIn, turnsByOffset } from './paths.ts';

/** What a list that is held in memory is asked for, as it stands in the address of its page. */
export interface ListView {
  readonly name: string;
  /** Who looks after it: 'api' for nobody else; '' for all. */
  readonly managed: string;
  readonly sort: string;
  readonly offset: number;
}

interface Item {
  readonly name: string;
  readonly managed: string;
}

/** Orders of a list by their names in addresses, the first as usual. */
export type Orders<One extends Item> = Readonly<Record<string, (left: One, right: One) => number>>;

export const pageSize = 50;

export const byName = {
  name: (left: Item, right: Item): number => (left.name < right.name ? -1 : 1),
  '-name': (left: Item, right: Item): number => (left.name < right.name ? 1 : -1),
};

/** The words of the API where it has them; what is no answer is as if not said. */
export function readListView(ctx: Context, orders: object): ListView {
  const sort = firstQuery(ctx, 'sort') ?? '';
  return {
    name: (firstQuery(ctx, 'name_filter') ?? '').trim().slice(0, 255),
    managed: (firstQuery(ctx, 'managed') ?? '').slice(0, 20),
    sort: Object.hasOwn(orders, sort) ? sort : (Object.keys(orders)[0] ?? ''),
    offset: numberIn(firstQuery(ctx, 'offset'), 0),
  };
}

/** Those that match, in order, as many as a page shows; and how many there are. */
export function pick<One extends Item>(
  items: readonly One[],
  { name, managed, sort, offset }: ListView,
  orders: Orders<One>,
): { readonly shown: readonly One[]; readonly total: number } {
  const part = name.toLowerCase();
  const found = items.filter(
    (item) =>
      item.name.toLowerCase().includes(part) &&
      (managed === '' || managed === (item.managed === '' ? 'api' : item.managed)),
  );
  return { shown: found.toSorted(orders[sort]).slice(offset, offset + pageSize), total: found.length };
}

/** The form above a list. */
export function listSearch(desk: Desk, path: string, view: ListView, words: Readonly<Record<string, string>>): Html {
  const { say } = desk;
  const kinds = { '': say.lists.anyManaged, api: say.lists.api, ...say.managed };
  const options = (all: Readonly<Record<string, string>>, chosen: string): Html[] =>
    Object.entries(all).map(
      ([value, text]) => html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`,
    );
  return html`<form class="card search" method="get" action="${path}" role="search">
    ${field({ name: 'name_filter', label: say.users.search, value: view.name })}
    <div class="field">
      <label for="managed">${say.lists.managed}</label
      ><select id="managed" name="managed">
        ${options(kinds, view.managed)}
      </select>
    </div>
    <div class="field">
      <label for="sort">${say.lists.order}</label
      ><select id="sort" name="sort">
        ${options(words, view.sort)}
      </select>
    </div>
    <div class="row"><button class="main">${say.apply}</button><a href="${path}">${say.users.reset}</a></div>
  </form>`;
}

/** The ways to the pages before and behind, with what was asked for. */
export function listTurns(desk: Desk, path: string, view: ListView, total: number): Html | false {
  const fields = [
    ['name_filter', view.name],
    ['managed', view.managed],
    ['sort', view.sort],
  ] as const;
  const asked = fields.filter(([, value]) => value !== '');
  return turnsByOffset(desk, path, asked, { offset: view.offset, limit: pageSize, total });
}
