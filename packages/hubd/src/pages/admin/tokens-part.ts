import type { TokenModel } from '@tshub/contract';
import { html, type Html, type Part } from '../html.ts';
import { translated } from '../languages/sayings.ts';
import type { Desk } from './desk.ts';
import { buttonForm } from './forms.ts';
import { userPath } from './server-part.ts';
import { ago } from './users-page.ts';

export interface TokensTable {
  /** Where the button of one sends to; null when it has none. */
  readonly revoke: (token: TokenModel) => string | null;
  readonly withOwner?: boolean;
}

/** Tokens in a table. */
export function tokensTable(
  desk: Desk,
  tokens: readonly TokenModel[],
  { revoke, withOwner = false }: TokensTable,
): Html {
  const { say, now } = desk;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${say.tokens.note}</th>
        ${withOwner && html`<th scope="col">${say.tokens.owner}</th>`}
        <th scope="col">${say.tokens.scopes}</th>
        <th scope="col">${say.tokens.created}</th>
        <th scope="col">${say.tokens.used}</th>
        <th scope="col">${say.tokens.expires}</th>
        <th scope="col">${say.actions}</th>
      </tr>
    </thead>
    <tbody>
      ${tokens.map(
        (token) =>
          html`<tr>
            <th scope="row">
              ${token.note === '' || token.note === null ? token.id : translated(token.note)}
              <div class="quiet small">${token.id} · ${token.oauth_client}</div>
            </th>
            ${withOwner && html`<td data-label="${say.tokens.owner}">${ownerPart(token)}</td>`}
            <td data-label="${say.tokens.scopes}">${scopesPart(desk, token.scopes)}</td>
            <td data-label="${say.tokens.created}">${token.created !== null && ago(token.created, now)}</td>
            <td data-label="${say.tokens.used}">
              ${token.last_activity === null ? html`<span class="quiet">${say.never}</span>` : ago(token.last_activity, now)}
            </td>
            <td data-label="${say.tokens.expires}">
              ${token.expires_at === null ? html`<span class="quiet">${say.never}</span>` : until(token.expires_at)}
            </td>
            <td>${revokeButton(desk, token, revoke(token))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function revokeButton(desk: Desk, { id, user = '' }: TokenModel, path: string | null): Html | false {
  const { revoke } = desk.say.tokens;
  return (
    path !== null &&
    buttonForm(desk, path, { token: id, owner: user }, html`${revoke}<span class="unseen"> ${id}</span>`)
  );
}

function ownerPart({ user, service }: TokenModel): Part {
  return user === undefined ? service : html`<a href="${userPath(user)}">${user}</a>`;
}

function scopesPart({ say }: Desk, scopes: readonly string[]): Html {
  if (scopes.length <= 3)
    return html`<span class="anywhere">${scopes.length === 0 ? say.none : scopes.join(', ')}</span>`;
  return html`<details>
    <summary>${say.tokens.many(scopes.length)}</summary>
    <span class="small anywhere">${scopes.join(', ')}</span>
  </details>`;
}

function until(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;
}
