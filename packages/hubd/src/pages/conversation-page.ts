import type { AuthQuestion } from '../login/authenticators/authenticator.ts';
import { html, type Html } from './html.ts';
import { notice, type Page, xsrfField } from './layout.ts';
import { loginAction } from './login-page.ts';
import { strings } from './strings.ts';

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
