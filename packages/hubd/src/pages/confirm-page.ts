import type { Access } from '../access/access.ts';
import { formatScope, parseScope } from '../access/scope.ts';
import type { Confirmation } from '../oauth/flow.ts';
import { html } from './html.ts';
import { type Page, xsrfField } from './layout.ts';
import { sayScope } from './languages/scopes.ts';
import { strings } from './strings.ts';

/** Asks a user whether a client may come in; the form goes back to the address that it stands on (peer's contract 4.2). */
export function confirmPage(
  access: Pick<Access, 'says'>,
  { client, scopes, asked }: Confirmation,
  action: string,
  token: string,
): Page {
  const { confirm } = strings;
  const rights = asked.length === 0 ? [confirm.identifyOnly] : asked.map((raw) => sayAsked(access, raw));
  return {
    title: confirm.title,
    width: 'narrow',
    body: html`<form class="card stack" id="confirm" method="post" action="${action}">
      <h1>${confirm.title}</h1>
      <p><strong>${client.description}</strong> ${confirm.lead}</p>
      <ul class="rights">
        ${rights.map((right) => html`<li>${right}</li>`)}
      </ul>
      <p class="quiet">${confirm.redirect} <code>${client.redirectUri}</code></p>
      ${xsrfField(token)} ${scopes.map((scope) => html`<input type="hidden" name="scopes" value="${scope}" />`)}
      <button class="main">${confirm.allow}</button>
      <p><a href="/hub/home">${confirm.refuse}</a></p>
    </form>`,
  };
}

function sayAsked(access: Pick<Access, 'says'>, raw: string): string {
  const scope = parseScope(raw);
  if (scope === null) return raw;
  const says = sayScope(access, scope.name);
  if (scope.filter === null) return says;
  const { kind, value } = scope.filter;
  return `${says} ${value === null ? strings.confirm.onlyOwn : strings.confirm.only(formatScope(kind, null), value)}`;
}
