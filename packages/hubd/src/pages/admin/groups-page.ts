import type { GroupModel } from '@tshub/contract';
import { html, type Html, type Part } from '../html.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { field } from './forms.ts';
import { pathOf, turnsByOffset } from './paths.ts';

/** A group with what the reader may see of it; `size` is null when they may not see who is in it. */
export interface ShownGroup {
  readonly model: GroupModel;
  readonly size: number | null;
  readonly managed: string;
}

export interface GroupsView {
  readonly groups: readonly ShownGroup[];
  readonly name: string;
  readonly sort: 'name' | '-name';
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
}

export function groupsPage(desk: Desk, notice: Part, view: GroupsView): Html {
  const { say } = desk;
  return html`<h1>${say.tabs.groups}</h1>
    ${notice}
    <form class="card search" method="get" action="/hub/admin/groups" role="search">
      ${field({ name: 'name_filter', label: say.users.search, value: view.name })}
      <div class="field">
        <label for="sort">${say.lists.order}</label
        ><select id="sort" name="sort">
          ${(['name', '-name'] as const).map((sort) => html`<option value="${sort}" ${sort === view.sort && html` selected`}>${say.users.orders[sort]}</option>`)}
        </select>
      </div>
      <div class="row">
        <button class="main">${say.apply}</button><a href="/hub/admin/groups">${say.users.reset}</a>
      </div>
    </form>
    ${
      view.groups.length === 0
        ? html`<p class="card">${say.groups.none}</p>`
        : html`<div class="card flush">
            <table>
              <thead>
                <tr>
                  <th scope="col">${say.groups.group}</th>
                  <th scope="col">${say.groups.members}</th>
                  <th scope="col">${say.user.roles}</th>
                </tr>
              </thead>
              <tbody>
                ${view.groups.map((group) => groupRow(desk, group))}
              </tbody>
            </table>
          </div>`
    }
    ${turnsByOffset(
      desk,
      '/hub/admin/groups',
      [['name_filter', view.name] as const, ['sort', view.sort === 'name' ? '' : view.sort] as const].filter(
        ([, value]) => value !== '',
      ),
      view,
    )}
    ${
      desk.maySome('admin:groups') &&
      html`<form class="card stack medium" method="post" action="/hub/admin/groups">
        <h2>${say.groups.make}</h2>
        ${xsrfField(desk.token)} ${field({ name: 'name', label: say.user.name, isNeeded: true })}
        <button>${say.groups.make}</button>
      </form>`
    }`;
}

function groupRow({ say }: Desk, { model: { name, roles }, size, managed }: ShownGroup): Html {
  return html`<tr>
    <th scope="row"><a href="${pathOf('groups', name)}">${name}</a> ${managedTag(say, managed)}</th>
    <td data-label="${say.groups.members}">${size ?? '–'}</td>
    <td data-label="${say.user.roles}">
      ${roles === undefined ? '–' : roles.length === 0 ? say.none : roles.join(', ')}
    </td>
  </tr>`;
}

/** Who looks after something, unless it is the API. */
export function managedTag(say: Desk['say'], managed: string): Html | false {
  return (
    managed !== '' &&
    Object.hasOwn(say.managed, managed) &&
    html`<span class="tag">${say.managed[managed as keyof typeof say.managed]}</span>`
  );
}
