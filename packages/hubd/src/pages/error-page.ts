import type { ErrorCode } from '@tshub/contract';
import { html } from './html.ts';
import { translated } from './languages/sayings.ts';
import { notice, type Page } from './layout.ts';
import { strings } from './strings.ts';

export interface ShownError {
  readonly status: number;
  readonly message: string;
  /** Of a failure inside; the journal has it too. */
  readonly id?: string;
  readonly code?: ErrorCode;
}

export interface ErrorFrame {
  readonly isLoggedIn: boolean;
  /** The page that a form came from, as a path of ours; null when nothing is known of it. */
  readonly from: string | null;
}

export function errorPage(error: ShownError, frame: ErrorFrame): Page {
  const { error: say } = strings;
  const { title, text, action } = wordsFor(error, frame);
  return {
    title,
    status: error.status,
    width: 'narrow',
    body: html`<section class="card stack">
      <p class="code" aria-hidden="true">${error.status}</p>
      <h1>${title}</h1>
      ${notice('problem', text)}
      ${error.id !== undefined && html`<p class="quiet">${say.id} <code>${error.id}</code><br />${say.journal} <code>journalctl TSHUB_ID=${error.id}</code></p>`}
      <div class="row actions"><a class="button" href="${action.href}">${action.text}</a></div>
    </section>`,
  };
}

interface Words {
  readonly title: string;
  readonly text: string;
  readonly action: { readonly href: string; readonly text: string };
}

function wordsFor({ status, message, id, code }: ShownError, { isLoggedIn, from }: ErrorFrame): Words {
  const { error: say } = strings;
  const title = say.titles[status] ?? say.other;
  const login = from === null ? '/hub/login' : `/hub/login?next=${encodeURIComponent(from)}`;
  const action = isLoggedIn ? { href: '/hub/home', text: say.back } : { href: login, text: say.logIn };
  if (id !== undefined) return { title, text: say.inside, action };
  // A form of somebody whose session ended while the page was open; nothing was done.
  if (code === 'no_credentials' && !isLoggedIn) return { title: say.loggedOut, text: say.loggedOutText, action };
  if (code === 'xsrf' && isLoggedIn) {
    const again = { href: from ?? '/hub/home', text: say.again };
    return { title: say.oldForm, text: say.oldFormText, action: again };
  }
  return { title, text: translated(message), action };
}

/** What is said about a status when nothing more is known. */
export function plainError(status: number): ShownError {
  return { status, message: strings.error.says[status] ?? strings.error.otherSays };
}
