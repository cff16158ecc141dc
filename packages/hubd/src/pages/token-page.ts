import { html, type Html } from './html.ts';
import { notice, type Page, xsrfField } from './layout.ts';
import { strings } from './strings.ts';
import { livesWithin, type TokenForm } from './token-form.ts';
import { applicationsPart, type GrantView, tokensPart, type TokenView } from './token-lists.ts';
import type { ScopeChoice, ScopeChoices } from './token-scopes.ts';
import { saySeconds } from './words.ts';

export interface TokenPageView {
  readonly token: string;
  readonly now: number;
  /** Null for somebody who may only look. */
  readonly wish: NewTokenView | null;
  /** Text and note of a token that was just made. */
  readonly made: { readonly text: string; readonly note: string } | null;
  readonly tokens: readonly TokenView[];
  readonly applications: readonly GrantView[];
  /** How many tokens there are that the page does not show. */
  readonly more: number;
}

export interface NewTokenView {
  readonly form: TokenForm;
  readonly choices: ScopeChoices;
  /** Seconds; 0 for no bound. */
  readonly mostLife: number;
  /** Which sending of the form this is. */
  readonly once: string;
  readonly problem: { readonly field: 'expires_in' | 'scopes'; readonly text: string } | null;
}

const { token: say } = strings;

/** Tokens of one's own: what there is, and a new one, which is shown once. */
export function tokenPage(view: TokenPageView): Page {
  return {
    title: say.title,
    status: view.wish?.problem == null ? 200 : 400,
    body: html`<div class="stack">
        <h1>${say.title}</h1>
        <p class="quiet">${say.lead}</p>
      </div>
      ${view.made !== null && madePart(view.made)} ${view.wish !== null && wishPart(view.token, view.wish)}
      ${tokensPart(view)} ${view.applications.length > 0 && applicationsPart(view)}`,
  };
}

function madePart({ text, note }: { readonly text: string; readonly note: string }): Html {
  return html`<section class="card stack fresh" id="token-area" aria-labelledby="made">
    <h2 id="made">${note === '' ? say.made : say.madeFor(note)}</h2>
    <p>${say.once}</p>
    <p class="row">
      <code id="token-result" class="secret" tabindex="0">${text}</code>
      <button type="button" hidden data-copy="token-result" data-copied="${say.copied}">${say.copy}</button>
    </p>
    <p class="quiet">${say.use} <code>Authorization: token …</code></p>
  </section>`;
}

function wishPart(token: string, { form, choices, mostLife, once, problem }: NewTokenView): Html {
  const problemOf = (field: string): Html | false =>
    problem?.field === field && html`<div id="${field}_problem">${notice('problem', problem.text)}</div>`;
  const described = (field: string): Html | false =>
    problem?.field === field && html` aria-invalid="true" aria-describedby="${field}_problem"`;
  const known = new Set([...choices.whole, ...choices.parts].map(({ scope }) => scope));
  const written = form.scopes.filter((scope) => !known.has(scope));
  const isOpen = form.scopes.length > 0;
  return html`<form class="card stack" id="request-token-form" method="post" action="/hub/token">
    <h2>${say.wish}</h2>
    ${xsrfField(token)}<input type="hidden" name="once" value="${once}" />
    <div class="fields">
      <div class="field">
        <label for="token-note">${say.note}</label>
        <input
          id="token-note"
          name="note"
          type="text"
          maxlength="200"
          value="${form.note}"
          autocomplete="off"
          aria-describedby="note_help"
        />
        <div class="quiet small" id="note_help">${say.noteHelp}</div>
      </div>
      <div class="field">
        <label for="token-expiration-seconds">${say.life}</label>
        <select id="token-expiration-seconds" name="expires_in" ${described('expires_in')}>
          ${livesWithin(mostLife).map((life) => lifeOption(String(life), say.lives[life] ?? saySeconds(life), form.life))}
          ${lifeOption('', mostLife === 0 ? say.forEver : say.most(saySeconds(mostLife)), form.life)}
        </select>
        ${problemOf('expires_in')}
      </div>
    </div>
    <details class="choice" ${isOpen && html` open`}>
      <summary>${say.limit}</summary>
      <fieldset class="stack" ${described('scopes')}>
        <legend class="quiet">${say.limitLead}</legend>
        ${problemOf('scopes')} ${ticks(choices.whole, form.scopes)}
        ${
          choices.parts.length > 0 &&
          html`<details ${choices.parts.some(({ scope }) => form.scopes.includes(scope)) && html` open`}>
            <summary>${say.parts}</summary>
            ${ticks(choices.parts, form.scopes)}
          </details>`
        }
        <div class="field">
          <label for="token-scopes">${say.written}</label>
          <input
            id="token-scopes"
            name="more_scopes"
            type="text"
            value="${written.join(' ')}"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-describedby="written_help"
          />
          <div class="quiet small" id="written_help">${say.writtenHelp} <code>read:servers!server=ada/lab</code></div>
        </div>
      </fieldset>
    </details>
    <button class="main">${say.create}</button>
  </form>`;
}

function lifeOption(value: string, text: string, chosen: string): Html {
  return html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`;
}

function ticks(choices: readonly ScopeChoice[], chosen: readonly string[]): Html {
  return html`<ul class="ticks">
    ${choices.map(
      ({ scope, says, about }) =>
        html`<li>
          <label class="tick"
            ><input type="checkbox" name="scopes" value="${scope}" ${chosen.includes(scope) && html` checked`} />
            <span
              >${says}${about !== '' && html` <span class="quiet">(${about})</span>`}<br /><code>${scope}</code></span
            ></label
          >
        </li>`,
    )}
  </ul>`;
}
