import { html, type Html } from './html.ts';
import { type Page, xsrfField } from './layout.ts';
import { nameServer, strings } from './strings.ts';

export interface ShareOffer {
  readonly owner: string;
  readonly server: string;
  /** What the share allows, in words. */
  readonly rights: readonly string[];
  readonly code: string;
  /** Where the form goes. */
  readonly action: string;
  readonly token: string;
}

/** Asks whether somebody wants what is shared with them. */
export function sharePage({ owner, server, rights, code, action, token }: ShareOffer): Page {
  const { share } = strings;
  return {
    title: share.title,
    width: 'narrow',
    body: html`<form class="card stack" id="accept" method="post" action="${action}">
      <h1>${share.title}</h1>
      <p><strong>${owner}</strong> ${share.lead(server)}</p>
      <ul class="rights">
        ${rights.map((right) => html`<li>${right}</li>`)}
      </ul>
      <p class="quiet">${share.warning(owner)}</p>
      ${xsrfField(token)}<input type="hidden" name="code" value="${code}" />
      <button class="main">${share.accept}</button>
      <p><a href="/hub/home">${share.refuse}</a></p>
    </form>`,
  };
}

export interface SharedView {
  readonly owner: string;
  readonly server: string;
  readonly url: string;
  readonly isReady: boolean;
  /** Empty when it is shared with the user alone. */
  readonly group: string;
}

/** Servers of others, on the home page. */
export function sharedPart(shared: readonly SharedView[]): Html {
  const { home, state } = strings;
  return html`<section class="card stack" aria-labelledby="shared">
    <h2 id="shared">${home.shared}</h2>
    <p class="quiet">${home.sharedLead}</p>
    <ul class="links">
      ${shared.map(
        ({ owner, server, url, isReady, group }) =>
          html`<li>
            <a href="${url}">${nameServer(false, owner, server)}</a>
            <span class="badge ${isReady ? 'ready' : 'stopped'}">${isReady ? state.ready : state.stopped}</span>
            ${group !== '' && html`<span class="quiet">${home.sharedWith} ${group}</span>`}
          </li>`,
      )}
    </ul>
  </section>`;
}
