import { html, type Html } from './html.ts';
import { translated } from './languages/sayings.ts';
import { xsrfField } from './layout.ts';
import { strings } from './strings.ts';
import { askFirst, table } from './table.ts';
import type { ScopeChoice } from './token-scopes.ts';
import { momentOr } from './moment.ts';

/** A token in the list. */
export interface TokenView {
  readonly id: string;
  readonly note: string;
  readonly created: number;
  readonly lastActivity: number | null;
  readonly expiresAt: number | null;
  /** Null for all that its owner may do. */
  readonly scopes: readonly ScopeChoice[] | null;
  /** Whether a server that runs needs it. */
  readonly isServers: boolean;
}

/** An OAuth client that was let in, with all its tokens. */
export interface GrantView extends Omit<TokenView, 'isServers' | 'note'> {
  readonly description: string;
  readonly count: number;
}

interface Lists {
  readonly token: string;
  readonly now: number;
  /** Null for somebody who may not revoke. */
  readonly wish: object | null;
  readonly tokens: readonly TokenView[];
  readonly applications: readonly GrantView[];
  readonly more: number;
}

const { token: say } = strings;

export function tokensPart({ token, now, wish, tokens, more }: Lists): Html {
  return html`<section class="card stack" aria-labelledby="tokens">
    <h2 id="tokens">${say.list}</h2>
    ${
      tokens.length === 0
        ? html`<p class="quiet">${say.none}</p>`
        : table(
            [say.note, say.scopes, say.created, say.lastUse, say.expires],
            tokens.map((one) => [
              html`<th scope="row">
                ${one.note === '' ? html`<span class="quiet">${say.noNote}</span>` : translated(one.note)}
                ${one.isServers && html`<div class="quiet small">${say.serversOwn}</div>`}
              </th>`,
              html`<td data-label="${say.scopes}">${scopesOf(one.scopes)}</td>`,
              ...times(one, now),
              wish !== null && revoke(token, one.id, one.isServers ? say.revokeServers : say.revokeSure, one.note),
            ]),
          )
    }
    ${more > 0 && html`<p class="quiet">${say.more(more)}</p>`}
  </section>`;
}

export function applicationsPart({ token, now, wish, applications }: Lists): Html {
  return html`<section class="card stack" aria-labelledby="applications">
    <h2 id="applications">${say.applications}</h2>
    <p class="quiet">${say.applicationsLead}</p>
    ${table(
      [say.application, say.scopes, say.created, say.lastUse, say.expires],
      applications.map((one) => [
        html`<th scope="row">
          ${one.description}${one.count > 1 && html`<div class="quiet small">${say.count(one.count)}</div>`}
        </th>`,
        html`<td data-label="${say.scopes}">${scopesOf(one.scopes)}</td>`,
        ...times(one, now),
        wish !== null && revoke(token, one.id, say.revokeApplication, one.description),
      ]),
    )}
  </section>`;
}

function times(one: Pick<TokenView, 'created' | 'expiresAt' | 'lastActivity'>, now: number): Html[] {
  return [
    html`<td data-label="${say.created}">${momentOr(one.created, now, '')}</td>`,
    html`<td data-label="${say.lastUse}">${momentOr(one.lastActivity, now, say.never)}</td>`,
    html`<td data-label="${say.expires}">${momentOr(one.expiresAt, now, say.never)}</td>`,
  ];
}

function scopesOf(scopes: readonly ScopeChoice[] | null): Html {
  if (scopes === null) return html`${say.everything}`;
  if (scopes.length === 0) return html`${say.nothing}`;
  return html`<details class="small">
    <summary>${say.rights(scopes.length)}</summary>
    <ul class="rights">
      ${scopes.map(({ scope, says }) => html`<li>${says}<br /><code>${scope}</code></li>`)}
    </ul>
  </details>`;
}

function revoke(token: string, id: string, warning: string, of: string): Html {
  const fields = html`${xsrfField(token)}<input type="hidden" name="token" value="${id}" />`;
  const question = { text: say.revoke, of, warning, sure: say.revokeNow };
  return html`<td>${askFirst({ action: '/hub/token/revoke', fields, ...question })}</td>`;
}
