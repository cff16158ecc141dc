import type { TokenModel } from '@tshub/contract';
import { html, type Html } from '../html.ts';
import type { Desk } from './desk.ts';
import { buttonForm } from './forms.ts';
import { ago } from './users-page.ts';

/** Tokens in a table; `revokePath` says where the button of one sends to, null when there is none. */
export function tokensTable(
  desk: Desk,
  tokens: readonly TokenModel[],
  revokePath: ((token: TokenModel) => string) | null,
): Html {
  const { say, now } = desk;
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${say.tokens.note}</th>
        <th scope="col">${say.tokens.scopes}</th>
        <th scope="col">${say.tokens.created}</th>
        <th scope="col">${say.tokens.used}</th>
        <th scope="col">${say.tokens.expires}</th>
        ${revokePath !== null && html`<th scope="col">${say.actions}</th>`}
      </tr>
    </thead>
    <tbody>
      ${tokens.map(
        (token) =>
          html`<tr>
            <th scope="row">
              ${token.note === '' || token.note === null ? token.id : token.note}
              <div class="quiet small">${token.id} · ${token.oauth_client}</div>
            </th>
            <td data-label="${say.tokens.scopes}">${scopesPart(desk, token.scopes)}</td>
            <td data-label="${say.tokens.created}">${token.created !== null && ago(token.created, now)}</td>
            <td data-label="${say.tokens.used}">
              ${token.last_activity === null ? html`<span class="quiet">${say.never}</span>` : ago(token.last_activity, now)}
            </td>
            <td data-label="${say.tokens.expires}">
              ${token.expires_at === null ? html`<span class="quiet">${say.never}</span>` : until(token.expires_at)}
            </td>
            ${revokePath !== null && html`<td>${buttonForm(desk, revokePath(token), { token: token.id }, html`${say.tokens.revoke}<span class="unseen"> ${token.id}</span>`)}</td>`}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function scopesPart({ say }: Desk, scopes: readonly string[]): Html {
  if (scopes.length <= 3) return html`${scopes.length === 0 ? say.none : scopes.join(', ')}`;
  return html`<details>
    <summary>${say.tokens.many(scopes.length)}</summary>
    <span class="small">${scopes.join(', ')}</span>
  </details>`;
}

function until(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;
}
