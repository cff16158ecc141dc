import type { AuthQuestion } from '../login/authenticators/authenticator.ts';
import { html, type Html } from './html.ts';
import { notice, type Page, xsrfField } from './layout.ts';
import { strings } from './strings.ts';

export interface LoginForm {
  readonly token: string;
  readonly next: string | null;
  readonly username: string;
  readonly problem: string | null;
  readonly status: number;
}

/** The form; with a sentence on top after a refusal. */
export function loginPage(form: LoginForm): Page {
  const { login } = strings;
  const problem = form.problem === null ? null : notice('problem', form.problem);
  const known = form.username !== '';
  return {
    title: login.title,
    status: form.status,
    width: 'narrow',
    body: html`<form class="card stack" id="login" method="post" action="${loginAction(form.next)}">
      <div>
        <h1>${login.title}</h1>
        <p class="quiet">${login.lead}</p>
      </div>
      ${problem} ${xsrfField(form.token)}
      <div class="field">
        <label for="username_input">${login.username}</label>
        <input
          id="username_input"
          name="username"
          type="text"
          value="${form.username}"
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
      </div>
      <button id="login_submit" class="main">${login.submit}</button>
    </form>`,
  };
}

/** What a PAM stack asks beyond the password, in its own words. */
export function conversationPage(
  id: string,
  messages: readonly AuthQuestion[],
  token: string,
  next: string | null,
): Page {
  const { conversation } = strings;
  const first = messages.findIndex(({ style }) => style === 'secret' || style === 'prompt');
  return {
    title: conversation.title,
    width: 'narrow',
    body: html`<form class="card stack" id="login" method="post" action="${loginAction(next)}">
      <h1>${conversation.title}</h1>
      ${xsrfField(token)}
      <input type="hidden" name="conversation" value="${id}" />
      ${messages.map((message, at) => question(message, at, at === first))}
      <button id="login_submit" class="main">${conversation.submit}</button>
      <p><a href="${loginAction(next)}">${conversation.cancel}</a></p>
    </form>`,
  };
}

function question(message: AuthQuestion, at: number, isFirst: boolean): Html {
  const label = message.text.trim().replace(/:$/, '');
  if (message.style === 'info') return notice('info', label);
  if (message.style === 'error') return notice('problem', label);
  const id = `answer_${at}`;
  const type = message.style === 'secret' ? 'password' : 'text';
  const filler = /new|retype/i.test(label) ? 'new-password' : 'one-time-code';
  return html`<div class="field">
    <label for="${id}">${label === '' ? strings.conversation.answer : label}</label>
    <input
      id="${id}"
      name="answer"
      type="${type}"
      autocomplete="${filler}"
      autocapitalize="off"
      spellcheck="false"
      ${isFirst && html` autofocus`}
    />
  </div>`;
}

export function logoutPage(token: string): Page {
  const { account } = strings;
  return {
    title: account.logOut,
    width: 'narrow',
    body: html`<form class="card stack" method="post" action="/hub/logout">
      <h1>${account.logOutQuestion}</h1>
      <p class="quiet">${account.serversRunOn}</p>
      ${xsrfField(token)}
      <button type="submit" class="main">${account.logOut}</button>
      <p><a href="/hub/home">${account.stay}</a></p>
    </form>`,
  };
}

function loginAction(next: string | null): string {
  return next === null ? '/hub/login' : `/hub/login?next=${encodeURIComponent(next)}`;
}
