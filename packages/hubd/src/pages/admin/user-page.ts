import type { TokenModel, UserModel } from '@tshub/contract';
import type { UserInfo } from '../../login/authenticators/authenticator.ts';
import { html, type Html, type Part } from '../html.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { buttonForm, field } from './forms.ts';
import { orderForm, serverPart, type ShownServer, userPath } from './server-part.ts';
import { tokensTable } from './tokens-part.ts';
import { ago } from './users-page.ts';

/** A user with all that the reader may see; what is undefined they may not. */
export interface UserDetails {
  readonly model: UserModel & { readonly name: string };
  readonly servers: readonly ShownServer[];
  readonly tokens: readonly TokenModel[] | undefined;
  readonly may: {
    readonly edit: boolean;
    readonly delete: boolean;
    readonly revoke: boolean;
    readonly grant: boolean;
    readonly join: boolean;
  };
  /** Names that forms offer. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly activity: Part;
}

export function userPage(desk: Desk, notice: Part, details: UserDetails): Html {
  const { say } = desk;
  const { model, servers, tokens, may } = details;
  return html`<p><a href="/hub/admin">${say.user.back}</a></p>
    <h1>${model.name} ${model.admin === true && html`<span class="tag">${say.users.admin}</span>`}</h1>
    ${notice}
    <section class="card stack" aria-labelledby="details">
      <h2 id="details">${say.user.details}</h2>
      ${facts(desk, model)} ${may.edit && editForm(desk, model)}
    </section>
    ${
      servers.length > 0 &&
      html`<section class="card stack" aria-labelledby="servers-of">
        <h2 id="servers-of">${say.users.servers}</h2>
        <div>${servers.map((server) => serverPart(desk, { ...server, isDetailed: true }))}</div>
        ${orderForm(desk)}
      </section>`
    }
    ${(model.groups !== undefined || model.roles !== undefined) && memberships(desk, details)}
    ${
      tokens !== undefined &&
      html`<section class="card stack" aria-labelledby="tokens-of">
        <h2 id="tokens-of">${say.tokens.title}</h2>
        ${tokens.length === 0 ? html`<p class="quiet">${say.tokens.none}</p>` : tokensTable(desk, tokens, { revoke: () => (may.revoke ? `${userPath(model.name)}/revoke` : null) })}
      </section>`
    }
    ${details.activity}
    ${
      may.delete &&
      html`<section class="card stack" aria-labelledby="delete">
        <h2 id="delete">${say.user.delete}</h2>
        <p>${say.user.deleteLead}</p>
        <a class="button danger" href="${userPath(model.name)}/delete">${say.user.deleteOf(model.name)}</a>
      </section>`
    }`;
}

function facts({ say, now }: Desk, { created, last_activity: last, user_info: info }: UserModel): Html {
  const rows: [string, Part][] = [];
  if (created !== undefined && created !== null) rows.push([say.user.created, ago(created, now)]);
  if (last !== undefined) rows.push([say.users.lastActivity, last === null ? say.never : ago(last, now)]);
  for (const [name, value] of infoRows((info ?? {}) as UserInfo)) rows.push([name, value]);
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** What the login said of the person, as far as it is text. */
function infoRows(info: UserInfo): [string, string][] {
  return Object.entries(info).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [[name, value.slice(0, 200)] satisfies [string, string]] : [],
  );
}

function editForm({ say, token }: Desk, { name, admin }: UserDetails['model']): Html {
  return html`<details>
    <summary>${say.user.edit}</summary>
    <form class="stack inset" method="post" action="${userPath(name)}/edit">
      ${xsrfField(token)}
      ${field({ name: 'name', label: say.user.name, value: name, help: say.user.nameHelp, isNeeded: true })}
      <label class="tick"
        ><input type="checkbox" name="admin" value="1" ${admin === true && html` checked`} /> ${say.user.admin}</label
      >
      <button class="main">${say.save}</button>
    </form>
  </details>`;
}

function memberships(desk: Desk, { model, may, groups, roles }: UserDetails): Html {
  const { say } = desk;
  const path = userPath(model.name);
  return html`<section class="card stack" aria-labelledby="memberships">
    <h2 id="memberships">${say.user.memberships}</h2>
    ${
      model.groups !== undefined &&
      chips(desk, say.user.groups, model.groups, (group) =>
        may.join
          ? buttonForm(
              desk,
              `${path}/leave`,
              { group },
              html`×<span class="unseen"> ${say.user.leave(group)}</span>`,
              'x',
            )
          : false,
      )
    }
    ${may.join && addForm(desk, `${path}/join`, 'group', say.user.join, groups)}
    ${
      model.roles !== undefined &&
      chips(desk, say.user.roles, model.roles, (role) =>
        may.grant && role !== 'user'
          ? buttonForm(
              desk,
              `${path}/ungrant`,
              { role },
              html`×<span class="unseen"> ${say.user.ungrant(role)}</span>`,
              'x',
            )
          : false,
      )
    }
    ${may.grant && addForm(desk, `${path}/grant`, 'role', say.user.grant, roles)}
  </section>`;
}

/** Names in a row, each with what takes it away. */
export function chips({ say }: Desk, label: string, names: readonly string[], take: (name: string) => Part): Html {
  return html`<div class="row">
    <strong>${label}</strong>
    ${
      names.length === 0
        ? html`<span class="quiet">${say.none}</span>`
        : html`<ul class="chips">
            ${names.map((name) => html`<li>${name}${take(name)}</li>`)}
          </ul>`
    }
  </div>`;
}

/** A field for one name and its button. */
export function addForm({ token }: Desk, action: string, name: string, label: string, offers: readonly string[]): Html {
  return html`<form class="row end" method="post" action="${action}">
    ${xsrfField(token)} ${field({ name, label, offers, isNeeded: true })}<button>${label}</button>
  </form>`;
}

/** Says in words what goes with a user, and asks for the name, so that nobody is deleted by a slip. */
export function deleteUserPage({ say, token }: Desk, notice: Part, name: string, running: number): Html {
  return html`<form class="card stack medium" method="post" action="${userPath(name)}/delete">
    <h1>${say.user.deleteQuestion(name)}</h1>
    ${notice}
    <p>${say.user.deleteWords}</p>
    <ul>
      ${running > 0 && html`<li>${say.user.deleteRunning(running)}</li>`}
      ${say.user.deleteGoes.map((what) => html`<li>${what}</li>`)}
    </ul>
    <p>${say.user.deleteStays}</p>
    ${xsrfField(token)} ${field({ name: 'confirm', label: say.user.deleteType(name), isNeeded: true })}
    <div class="row">
      <button class="danger">${say.user.deleteOf(name)}</button>
      <a href="${userPath(name)}">${say.cancel}</a>
    </div>
  </form>`;
}
