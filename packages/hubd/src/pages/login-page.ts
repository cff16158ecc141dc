import { html, type Html } from './html.ts';
import { notice, type Page, xsrfField } from './layout.ts';
import { linked, paragraphs } from './prose.ts';
import { strings } from './strings.ts';

/** What the login page offers: fields for a name and a password, or a button. */
export type LoginWay =
  | { readonly kind: 'password'; readonly lead: string }
  | { readonly kind: 'guest' }
  /** Another place asks who it is. */
  | { readonly kind: 'provider'; readonly name: string }
  /** The web server in front has been asked already. */
  | { readonly kind: 'front' };

export interface LoginForm {
  readonly way: LoginWay;
  readonly token: string;
  readonly next: string | null;
  readonly username: string;
  readonly problem: string | null;
  readonly status: number;
  /** What the administrator has to say, and what must be agreed to; '' for nothing. */
  readonly text: string;
  readonly terms: string;
  /** Whether they have agreed already, on the form that was refused. */
  readonly agreed: boolean;
}

/** The form; with a sentence on top after a refusal. */
export function loginPage(form: LoginForm): Page {
  const { login } = strings;
  return {
    title: login.title,
    status: form.status,
    width: 'narrow',
    body: html`<form class="card stack" id="login" method="post" action="${loginAction(form.next)}">
      <div>
        <h1>${login.title}</h1>
        ${form.way.kind === 'password' && html`<p class="quiet">${form.way.lead}</p>`}
      </div>
      ${paragraphs(form.text)} ${form.problem !== null && notice('problem', form.problem)} ${xsrfField(form.token)}
      ${form.way.kind === 'password' && passwordFields(form.username)} ${termsField(form)} ${way(form)}
    </form>`,
  };
}

function way({ way, next, terms }: LoginForm): Html {
  const { login } = strings;
  switch (way.kind) {
    case 'password':
      return html`<button id="login_submit" class="main">${login.submit}</button>`;
    case 'guest':
      return html`<p class="quiet">${login.guestLead}</p>
        <button id="login_submit" class="main">${login.guest}</button>`;
    case 'provider':
      // Not a form unless it must be one: browsers that keep to form-action would not follow it to the provider.
      return terms === ''
        ? html`<a id="login_submit" class="main button" href="${providerAction(next)}">${login.with(way.name)}</a>`
        : html`<button id="login_submit" class="main" formaction="${providerAction(next)}">
            ${login.with(way.name)}
          </button>`;
    case 'front':
      return html`<p><a href="${loginAction(next)}">${login.again}</a></p>`;
  }
}

function passwordFields(username: string): Html {
  const { login } = strings;
  const known = username !== '';
  return html`<div class="field">
      <label for="username_input">${login.username}</label>
      <input
        id="username_input"
        name="username"
        type="text"
        value="${username}"
        autocomplete="username"
        autocapitalize="off"
        autocorrect="off"
        spellcheck="false"
        maxlength="256"
        required${!known && html` autofocus`}
      />
    </div>
    <div class="field">
      <label for="password_input">${login.password}</label>
      <input
        id="password_input"
        name="password"
        type="password"
        autocomplete="current-password"
        ${known && html` autofocus`}
      />
    </div>`;
}

function termsField({ terms, agreed }: LoginForm): Html | false {
  if (terms === '') return false;
  return html`<label class="tick"
    ><input type="checkbox" name="terms" value="yes" required${agreed && html` checked`} />
    <span>${linked(terms)}</span></label
  >`;
}

/** On the way to a provider. A page rather than a redirect: see `way`. */
export function onwardPage(url: string): Page {
  const { login } = strings;
  return {
    title: login.title,
    width: 'narrow',
    refresh: { seconds: 0, for: 'everyone', url },
    body: html`<div class="card stack">
      <h1>${login.onward}</h1>
      <p><a href="${url}">${login.onwardLink}</a></p>
    </div>`,
  };
}

export function logoutPage(token: string, stopsServers: boolean): Page {
  const { account } = strings;
  return {
    title: account.logOut,
    width: 'narrow',
    body: html`<form class="card stack" method="post" action="/hub/logout">
      <h1>${account.logOutQuestion}</h1>
      <p class="quiet">${stopsServers ? account.serversStop : account.serversRunOn}</p>
      ${xsrfField(token)}
      <button type="submit" class="main">${account.logOut}</button>
      <p><a href="/hub/home">${account.stay}</a></p>
    </form>`,
  };
}

/** Where the login page would lead straight in again. */
export function loggedOutPage(): Page {
  const { account } = strings;
  return {
    title: account.loggedOut,
    width: 'narrow',
    body: html`<div class="card stack">
      <h1>${account.loggedOut}</h1>
      <p class="quiet">${account.loggedOutElsewhere}</p>
      <p><a href="/hub/login">${account.logInAgain}</a></p>
    </div>`,
  };
}

export function loginAction(next: string | null): string {
  return next === null ? '/hub/login' : `/hub/login?next=${encodeURIComponent(next)}`;
}

function providerAction(next: string | null): string {
  return next === null ? '/hub/oauth_login' : `/hub/oauth_login?next=${encodeURIComponent(next)}`;
}
