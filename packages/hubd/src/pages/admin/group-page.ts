import type { GroupModel } from '@tshub/contract';
import { html, type Html, type Part } from '../html.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { buttonForm } from './forms.ts';
import { managedTag } from './groups-page.ts';
import { pathOf } from './paths.ts';
import { userPath } from './server-part.ts';
import { addForm, chips } from './user-page.ts';

export interface GroupDetails {
  readonly model: GroupModel & { readonly name: string };
  readonly managed: string;
  /** The first of its members; undefined for whoever may not see them. */
  readonly members: readonly string[] | undefined;
  readonly size: number;
  readonly may: { readonly change: boolean; readonly delete: boolean; readonly grant: boolean };
  readonly roles: readonly string[];
}

export function groupPage(desk: Desk, notice: Part, details: GroupDetails): Html {
  const { say } = desk;
  const { model, managed, may, roles } = details;
  const path = pathOf('groups', model.name);
  return html`<p><a href="/hub/admin/groups">${say.groups.back}</a></p>
    <h1>${model.name} ${managedTag(say, managed)}</h1>
    ${notice} ${details.members !== undefined && membersPart(desk, details, details.members)}
    ${
      model.roles !== undefined &&
      html`<section class="card stack">
        <h2>${say.user.roles}</h2>
        ${chips(desk, say.groups.rolesLead, model.roles, (role) => may.grant && buttonForm(desk, `${path}/ungrant`, { role }, html`×<span class="unseen"> ${say.user.ungrant(role)}</span>`, 'x'))}
        ${may.grant && addForm(desk, `${path}/grant`, 'role', say.user.grant, roles)}
      </section>`
    }
    ${model.properties !== undefined && propertiesPart(desk, path, model.properties, may.change)}
    ${
      may.delete &&
      html`<section class="card stack">
        <h2>${say.user.delete}</h2>
        <details>
          <summary>${say.user.deleteOf(model.name)}</summary>
          <div class="stack inset">
            <p>${say.groups.deleteWords(details.size)}</p>
            ${buttonForm(desk, `${path}/delete`, {}, say.groups.deleteSure(model.name), 'danger')}
          </div>
        </details>
      </section>`
    }`;
}

function membersPart(desk: Desk, { model, size, may }: GroupDetails, members: readonly string[]): Html {
  const { say } = desk;
  const path = pathOf('groups', model.name);
  return html`<section class="card stack">
    <h2>${say.groups.members} (${size})</h2>
    ${
      members.length === 0
        ? html`<p class="quiet">${say.none}</p>`
        : html`<ul class="chips">
            ${members.map((user) => html`<li><a href="${userPath(user)}">${user}</a>${may.change && buttonForm(desk, `${path}/remove`, { user }, html`×<span class="unseen"> ${say.groups.remove(user)}</span>`, 'x')}</li>`)}
          </ul>`
    }
    <p><a href="/hub/admin?group=${encodeURIComponent(model.name)}">${say.groups.inList}</a></p>
    ${may.change && addForm(desk, `${path}/add`, 'user', say.groups.add, [])}
  </section>`;
}

function propertiesPart(
  { say, token }: Desk,
  path: string,
  properties: Readonly<Record<string, unknown>>,
  mayChange: boolean,
): Html | false {
  const text = JSON.stringify(properties, null, 2);
  if (!mayChange && text === '{}') return false;
  return html`<section class="card stack">
    <h2>${say.groups.properties}</h2>
    <p class="quiet">${say.groups.propertiesLead}</p>
    ${
      mayChange
        ? html`<form class="stack" method="post" action="${path}/properties">
            ${xsrfField(token)}<label class="unseen" for="properties">${say.groups.properties}</label
            ><textarea id="properties" name="properties" rows="5" spellcheck="false">${text}</textarea
            ><button>${say.save}</button>
          </form>`
        : html`<pre tabindex="0">${text}</pre>`
    }
  </section>`;
}
