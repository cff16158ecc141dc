import { html } from './html.ts';
import { notice, type Page } from './layout.ts';
import { strings } from './strings.ts';

export interface ShownError {
  readonly status: number;
  readonly message: string;
  /** Of a failure inside; the journal has it too. */
  readonly id?: string;
}

export function errorPage(error: ShownError, isLoggedIn: boolean): Page {
  const { error: say } = strings;
  const title = say.titles[error.status] ?? say.other;
  return {
    title,
    status: error.status,
    width: 'narrow',
    body: html`<section class="card stack">
      <p class="code" aria-hidden="true">${error.status}</p>
      <h1>${title}</h1>
      ${notice('problem', error.id === undefined ? error.message : say.inside)}
      ${error.id !== undefined && html`<p class="quiet">${say.id} <code>${error.id}</code><br />${say.journal} <code>journalctl TSHUB_ID=${error.id}</code></p>`}
      <div class="row actions">
        <a class="button" href="${isLoggedIn ? '/hub/home' : '/hub/login'}">${isLoggedIn ? say.back : say.logIn}</a>
      </div>
    </section>`,
  };
}

/** What is said about a status when nothing more is known. */
export function plainError(status: number): ShownError {
  return { status, message: strings.error.says[status] ?? strings.error.otherSays };
}
