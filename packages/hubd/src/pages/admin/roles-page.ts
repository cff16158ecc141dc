import type { ManagedRole } from '../../roles/role.ts';
import { html, type Html, type Part } from '../html.ts';
import { scopeWords } from '../languages/scopes.ts';
import { translated } from '../languages/sayings.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { buttonForm, field } from './forms.ts';
import { managedTag } from './groups-page.ts';
import { byName, listSearch, listTurns, type ListView, type Orders } from './list-view.ts';
import { pathOf } from './paths.ts';
import { addForm, chips } from './user-page.ts';

const rolesPath = '/hub/admin/roles';
/** Holders of one kind that a page names; of more it tells how many. */
const mostHolders = 50;

export interface RolesView {
  readonly view: ListView;
  readonly roles: readonly ManagedRole[];
  readonly total: number;
  readonly mayMake: boolean;
}

/** In which they can be put; whoever holds a role as one of all is not counted. */
export const roleOrders = {
  ...byName,
  holders: (left: ManagedRole, right: ManagedRole): number => holdersOf(right) - holdersOf(left),
} satisfies Orders<ManagedRole>;

function holdersOf({ users, groups, services }: ManagedRole): number {
  return users.size + groups.size + services.size;
}

export function rolesPage(desk: Desk, notice: Part, { view, roles, total, mayMake }: RolesView): Html {
  const { say } = desk;
  const { name, '-name': nameBack } = say.users.orders;
  const orders = { name, '-name': nameBack, holders: say.lists.holders };
  return html`<h1>${say.tabs.roles}</h1>
    ${notice} ${listSearch(desk, rolesPath, view, orders)}
    ${roles.length === 0 && html`<p class="card">${say.lists.none}</p>`}
    <div class="card flush">
      <table>
        <thead>
          <tr>
            <th scope="col">${say.roles.role}</th>
            <th scope="col">${say.roles.scopes}</th>
            <th scope="col">${say.roles.holders}</th>
          </tr>
        </thead>
        <tbody>
          ${roles.map(
            (role) =>
              html`<tr>
                <th scope="row">
                  <a href="${pathOf('roles', role.name)}">${role.name}</a> ${managedTag(say, role.managed)}
                  <div class="quiet small">${translated(role.description)}</div>
                </th>
                <td data-label="${say.roles.scopes}">
                  <span class="small">${role.scopes.length === 0 ? say.none : role.scopes.join(', ')}</span>
                </td>
                <td data-label="${say.roles.holders}">${holdersInWords(desk, role)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${listTurns(desk, rolesPath, view, total)} ${mayMake && makeForm(desk)} ${scopesHelp(desk)}`;
}

function holdersInWords({ say }: Desk, { everyone, users, groups, services }: ManagedRole): string {
  if (everyone) return say.roles.everyone;
  const parts = [say.roles.users(users.size), say.roles.groups(groups.size), say.roles.services(services.size)];
  return parts.filter((part) => part !== '').join(', ') || say.none;
}

function makeForm({ say, token }: Desk): Html {
  return html`<form class="card stack medium" method="post" action="/hub/admin/roles">
    <h2>${say.roles.make}</h2>
    ${xsrfField(token)} ${field({ name: 'name', label: say.user.name, isNeeded: true })}
    ${field({ name: 'description', label: say.roles.description })} ${scopesField(say, [])}
    <button>${say.roles.make}</button>
  </form>`;
}

function scopesField(say: Desk['say'], scopes: readonly string[]): Html {
  return html`<div class="field">
    <label for="scopes">${say.roles.scopes}</label>
    <textarea
      id="scopes"
      name="scopes"
      rows="${Math.max(4, Math.min(14, scopes.length + 1))}"
      spellcheck="false"
      autocapitalize="off"
      aria-describedby="scopes-help"
    >
${scopes.join('\n')}</textarea>
    <p class="quiet small" id="scopes-help">${say.roles.scopesLead}</p>
  </div>`;
}

function scopesHelp({ say }: Desk): Html {
  return html`<details class="card">
    <summary>${say.roles.allScopes}</summary>
    <dl class="refusals">
      ${Object.entries(scopeWords).map(
        ([name, says]) =>
          html`<div>
            <dt><code>${name}</code></dt>
            <dd class="quiet">${says}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
}

/** One role. Who administers is a flag of users: `admins` are those. */
export function rolePage(desk: Desk, notice: Part, role: ManagedRole, mayChange: boolean): Html {
  const { say } = desk;
  const path = pathOf('roles', role.name);
  const isOurs = role.managed === '';
  const canHold = mayChange && (isOurs || role.managed === 'built-in');
  const holders = (kind: 'group' | 'service' | 'user', label: string, names: ReadonlySet<string>): Html[] => {
    const shown = [...names].toSorted().slice(0, mostHolders);
    return [
      chips(
        desk,
        label,
        shown,
        (name) =>
          canHold &&
          buttonForm(
            desk,
            `${path}/take`,
            { kind, name },
            html`×<span class="unseen"> ${say.roles.take(name)}</span>`,
            'x',
          ),
      ),
      html`${names.size > shown.length && html`<p class="quiet">${say.job.more(names.size - shown.length)}</p>`}`,
      html`${canHold && addForm(desk, `${path}/give-${kind}`, 'name', say.roles.give[kind], [])}`,
    ];
  };
  return html`<p><a href="/hub/admin/roles">${say.roles.back}</a></p>
    <h1>${role.name} ${managedTag(say, role.managed)}</h1>
    ${notice}
    <section class="card stack">
      <h2>${say.user.details}</h2>
      ${
        mayChange && isOurs
          ? html`<form class="stack" method="post" action="${path}/edit">
              ${xsrfField(desk.token)}
              ${field({ name: 'description', label: say.roles.description, value: role.description })}
              ${scopesField(say, role.scopes)}<button class="main">${say.save}</button>
            </form>`
          : html`<p>${translated(role.description)}</p>
              <p class="small">${role.scopes.join(', ')}</p>
              ${role.managed !== '' && html`<p class="quiet">${say.roles.elsewhere}</p>`}`
      }
    </section>
    <section class="card stack">
      <h2>${say.roles.holders}</h2>
      ${role.everyone && html`<p>${say.roles.everyone}</p>`}
      ${role.name === 'admin' && html`<p><a href="/hub/admin?admin=1">${say.roles.admins}</a></p>`}
      ${holders('user', say.roles.holdersOf.user, role.users)}
      ${holders('group', say.roles.holdersOf.group, role.groups)}
      ${holders('service', say.roles.holdersOf.service, role.services)}
    </section>
    ${
      mayChange &&
      isOurs &&
      html`<section class="card stack">
        <h2>${say.user.delete}</h2>
        <details>
          <summary>${say.user.deleteOf(role.name)}</summary>
          <div class="stack inset">
            <p>${say.roles.deleteWords}</p>
            ${buttonForm(desk, `${path}/delete`, {}, say.groups.deleteSure(role.name), 'danger')}
          </div>
        </details>
      </section>`
    }`;
}
