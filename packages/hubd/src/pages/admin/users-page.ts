import type { UserModel } from '@tshub/contract';
import type { UserOrder, UserPage } from '../../users/users-pages.ts';
import { userOrders } from '../../users/users-pages.ts';
import { html, type Html, type Part } from '../html.ts';
import { sayAgo } from '../words.ts';
import { bulkBar } from './bulk-part.ts';
import type { Desk } from './desk.ts';
import { field } from './forms.ts';
import { orderForm, serverPart, type ShownServer, userPath } from './server-part.ts';
import { usersPath, type UsersView } from './users-view.ts';

/** A user with what the reader may see of them. */
export interface ShownUser {
  readonly model: UserModel & { readonly name: string };
  readonly servers: readonly ShownServer[];
}

export interface UsersListView {
  readonly view: UsersView;
  readonly users: readonly ShownUser[];
  readonly page: Pick<UserPage, 'next' | 'previous'>;
  /** How many match; as many as `most` means at least that many. */
  readonly count: number;
  readonly most: number;
  /** Servers of the whole hub; null for whoever does not see them. */
  readonly running: number | null;
  /** Names that the field of a group offers. */
  readonly groups: readonly string[];
}

export function usersList(desk: Desk, notice: Part, list: UsersListView): Html {
  const { say } = desk;
  const { view, users, count, most, running } = list;
  return html`<div class="row between">
      <h1>${say.users.title}</h1>
      ${desk.maySome('admin:users') && html`<a class="button" href="/hub/admin/add-users">${say.users.add}</a>`}
    </div>
    ${notice} ${searchForm(desk, list)}
    <p class="quiet" role="status">
      ${say.users.count(count, most)}.${running !== null && ` ${say.users.running(running)}.`}
    </p>
    ${
      users.length === 0
        ? html`<p class="card">${say.users.none}</p>`
        : html`<div class="card flush">
            <table class="people">
              <thead>
                <tr>
                  <td>${selectAll(desk)}</td>
                  ${sortHead(desk, view, say.users.user, 'name')} ${sortHead(desk, view, say.users.servers, 'running')}
                  ${sortHead(desk, view, say.users.lastActivity, 'last_activity')}
                </tr>
              </thead>
              <tbody>
                ${users.map((user) => userRow(desk, user))}
              </tbody>
            </table>
          </div>`
    }
    ${turns(desk, list)} ${users.length > 0 && bulkBar(desk, view.search, list.groups)} ${orderForm(desk)}`;
}

function searchForm({ say }: Desk, { view: { search }, groups }: UsersListView): Html {
  const option = (value: string, text: string, chosen: string): Html =>
    html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`;
  return html`<form class="card search" id="search" method="get" action="/hub/admin" role="search">
    <div class="field">
      <label for="name_filter">${say.users.search}</label
      ><input id="name_filter" name="name_filter" type="search" value="${search.name}" autocomplete="off" />
    </div>
    <div class="field">
      <label for="state">${say.users.state}</label
      ><select id="state" name="state">
        ${option('', say.users.anyState, search.state)} ${option('active', say.users.active, search.state)}
        ${option('inactive', say.users.inactive, search.state)}
      </select>
    </div>
    <div class="field">
      <label for="group">${say.users.group}</label
      ><input id="group" name="group" value="${search.group}" list="groups" autocomplete="off" />
      <datalist id="groups">${groups.map((group) => html`<option value="${group}"></option>`)}</datalist>
    </div>
    <div class="field">
      <label for="sort">${say.users.order}</label
      ><select id="sort" name="sort">
        ${userOrders.map((order) => option(order, say.users.orders[order], search.order))}
      </select>
    </div>
    <label class="tick"
      ><input type="checkbox" name="admin" value="1" ${search.onlyAdmins && html` checked`} />
      ${say.users.onlyAdmins}</label
    >
    <div class="row"><button class="main">${say.apply}</button><a href="/hub/admin">${say.users.reset}</a></div>
  </form>`;
}

/** Only scripts can tick others; without them each is ticked by itself, or all that match are taken. */
function selectAll({ say }: Desk): Html {
  return html`<label class="tick" data-needs-script hidden
    ><input type="checkbox" id="select-all" /><span class="unseen">${say.users.selectAll}</span></label
  >`;
}

/** A heading that puts the list in its order, and in the other direction when it is already. */
function sortHead(desk: Desk, { search }: UsersView, text: string, order: 'last_activity' | 'name' | 'running'): Html {
  const { order: now } = search;
  const back = order === 'running' ? order : (`-${order}` as const);
  const state = now === order ? 'ascending' : now === back ? 'descending' : null;
  // Who was active last is what one looks for; names begin with A.
  const first: UserOrder = order === 'last_activity' ? back : order;
  const next: UserOrder = now === first ? (first === back ? order : back) : first;
  const mark = state === null ? '' : state === 'ascending' ? ' ▲' : ' ▼';
  return html`<th scope="col" ${state !== null && html` aria-sort="${state}"`}>
    <a href="${usersPath({ ...search, order: next })}">${text}<span aria-hidden="true">${mark}</span></a>
  </th>`;
}

function userRow(desk: Desk, { model, servers }: ShownUser): Html {
  const { say, now } = desk;
  const { name, admin, groups = [], last_activity: last } = model;
  return html`<tr>
    <td>
      <label class="tick"
        ><input type="checkbox" name="user" value="${name}" form="bulk" /><span class="unseen"
          >${say.users.select(name)}</span
        ></label
      >
    </td>
    <th scope="row">
      <a href="${userPath(name)}">${name}</a>
      ${admin === true && html`<span class="tag">${say.users.admin}</span>`}
      ${groups.length > 0 && html`<div class="quiet small">${groups.slice(0, 4).join(', ')}${groups.length > 4 && ', …'}</div>`}
    </th>
    <td>${servers.map((server) => serverPart(desk, server))}</td>
    <td data-label="${say.users.lastActivity}">
      ${last === undefined ? '–' : last === null ? html`<span class="quiet">${say.never}</span>` : ago(last, now)}
    </td>
  </tr>`;
}

/** A time of the API, as how long ago it was. */
export function ago(iso: string, now: number): Html {
  return html`<time datetime="${iso}" title="${iso}">${sayAgo(Date.parse(iso), now)}</time>`;
}

function turns({ say }: Desk, { view: { search }, page: { previous, next } }: UsersListView): Html | false {
  if (previous === null && next === null) return false;
  return html`<nav class="row between" aria-label="${say.pages}">
    ${previous === null ? html`<span></span>` : html`<a class="button" rel="prev" href="${usersPath(search, { before: previous })}">${say.previous}</a>`}
    ${next !== null && html`<a class="button" rel="next" href="${usersPath(search, { after: next })}">${say.next}</a>`}
  </nav>`;
}

/** Instead of a list: a way to the page of somebody whose name one knows. */
export function findPart({ say }: Desk): Html {
  return html`<h1>${say.users.title}</h1>
    <form class="card stack medium" method="get" action="/hub/admin/users">
      <p>${say.users.unlisted}</p>
      ${field({ name: 'name', label: say.user.name, isNeeded: true })}<button class="main">${say.users.show}</button>
    </form>`;
}
