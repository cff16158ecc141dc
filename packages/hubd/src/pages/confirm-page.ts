import { scopes as scopeTable } from '@tshub/contract';
import { html } from './html.ts';
import { type Page, xsrfField } from './layout.ts';
import { strings } from './strings.ts';

/** What a client asks a user for, before it is let in (peer's contract 4.2). */
export interface ConfirmAsk {
  readonly description: string;
  readonly redirectUri: string;
  /** The raw scopes that would be granted; the form sends them back. */
  readonly scopes: readonly string[];
}

export function confirmPage(ask: ConfirmAsk, action: string, token: string): Page {
  const { confirm } = strings;
  const rights = describeScopes(ask.scopes);
  return {
    title: confirm.title,
    narrow: true,
    body: html`<form class="card stack" id="confirm" method="post" action="${action}">
      <h1>${confirm.title}</h1>
      <p><strong>${ask.description}</strong> ${confirm.lead}</p>
      <ul class="rights">
        ${rights.map((right) => html`<li>${right}</li>`)}
      </ul>
      <p class="quiet">${confirm.redirect} <code>${ask.redirectUri}</code></p>
      ${xsrfField(token)} ${ask.scopes.map((scope) => html`<input type="hidden" name="scopes" value="${scope}" />`)}
      <button class="main">${confirm.allow}</button>
      <p><a href="/hub/home">${confirm.refuse}</a></p>
    </form>`,
  };
}

/** Scopes in words. Knowing who somebody is and letting them in is what every client may do. */
function describeScopes(scopes: readonly string[]): readonly string[] {
  const { confirm } = strings;
  if (scopes.some((scope) => scope === 'inherit')) return [confirm.everything];
  const real = scopes.filter((scope) => !/^(\(no_scope\)|access:|read:users:(name|groups)!user)/.test(scope));
  if (real.length === 0) return [confirm.identifyOnly];
  return real.map((scope) => {
    const [name = '', filter] = scope.split('!', 2);
    const says = Object.hasOwn(scopeTable, name) ? scopeTable[name as keyof typeof scopeTable].says : name;
    return filter === undefined ? says : `${says} (${filter.replace('=', ' ')})`;
  });
}
