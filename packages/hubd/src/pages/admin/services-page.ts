import type { ServiceModel } from '@tshub/contract';
import { html, type Html, type Part } from '../html.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { buttonForm, field } from './forms.ts';
import { managedTag } from './groups-page.ts';
import { listSearch, listTurns, type ListView } from './list-view.ts';
import { pathOf } from './paths.ts';

const servicesPath = '/hub/admin/services';

export interface ShownService {
  readonly model: ServiceModel & { readonly name: string };
  readonly managed: string;
  readonly mayRemove: boolean;
}

export interface ServicesView {
  readonly view: ListView;
  readonly services: readonly ShownService[];
  readonly total: number;
  readonly mayMake: boolean;
}

export function servicesPage(desk: Desk, notice: Part, { view, services, total, mayMake }: ServicesView): Html {
  const { say } = desk;
  const { name, '-name': nameBack } = say.users.orders;
  return html`<h1>${say.tabs.services}</h1>
    ${notice} ${listSearch(desk, servicesPath, view, { name, '-name': nameBack })}
    ${
      services.length === 0
        ? html`<p class="card">${view.name === '' && view.managed === '' ? say.services.none : say.lists.none}</p>`
        : html`<div class="card flush">
            <table>
              <thead>
                <tr>
                  <th scope="col">${say.services.service}</th>
                  <th scope="col">${say.services.address}</th>
                  <th scope="col">${say.user.roles}</th>
                  <th scope="col">${say.actions}</th>
                </tr>
              </thead>
              <tbody>
                ${services.map((service) => serviceRow(desk, service))}
              </tbody>
            </table>
          </div>`
    }
    ${listTurns(desk, servicesPath, view, total)} ${mayMake && makeForm(desk)}`;
}

function serviceRow(desk: Desk, { model, managed, mayRemove }: ShownService): Html {
  const { say } = desk;
  const { name, admin, url, prefix, roles } = model;
  return html`<tr>
    <th scope="row">
      ${name} ${admin === true && html`<span class="tag">${say.users.admin}</span>`} ${managedTag(say, managed)}
    </th>
    <td data-label="${say.services.address}">
      ${prefix === undefined || prefix === '' ? '–' : html`<code>${prefix}</code>`}${url !== undefined && url !== '' && html`<div class="quiet small">${url}</div>`}
    </td>
    <td data-label="${say.user.roles}">
      ${roles === undefined ? '–' : roles.length === 0 ? say.none : roles.join(', ')}
    </td>
    <td>
      ${
        mayRemove &&
        html`<details>
          <summary>${say.services.remove}<span class="unseen"> ${name}</span></summary>
          <div class="stack inset">
            <p>${say.services.removeWords}</p>
            ${buttonForm(desk, `${pathOf('services', name)}/delete`, {}, say.groups.deleteSure(name), 'small danger')}
          </div>
        </details>`
      }
    </td>
  </tr>`;
}

function makeForm({ say, token }: Desk): Html {
  return html`<form class="card stack medium" method="post" action="/hub/admin/services">
    <h2>${say.services.make}</h2>
    <p class="quiet">${say.services.makeLead}</p>
    ${xsrfField(token)} ${field({ name: 'name', label: say.user.name, isNeeded: true })}
    ${field({ name: 'url', label: say.services.url, help: say.services.urlHelp })}
    ${field({ name: 'account', label: say.services.account, help: say.services.accountHelp })}
    ${field({ name: 'api_token', label: say.services.token, help: say.services.tokenHelp })}
    <label class="tick"><input type="checkbox" name="display" value="1" checked /> ${say.services.display}</label>
    <label class="tick"><input type="checkbox" name="admin" value="1" /> ${say.services.admin}</label>
    <button>${say.services.make}</button>
  </form>`;
}
