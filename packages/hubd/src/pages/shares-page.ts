import { html, type Html } from './html.ts';
import { notice, type Page, xsrfField } from './layout.ts';
import { type CodeView, codesPart, givenPart, type GivenView, type ShareView, sharesPart } from './shares-lists.ts';
import { strings } from './strings.ts';
import { saySeconds } from './words.ts';

export interface SharesPageView {
  readonly token: string;
  readonly now: number;
  /** Null for somebody who may not share. */
  readonly own: OwnView | null;
  /** What others share with this person. */
  readonly given: readonly GivenView[];
}

export interface OwnView {
  /** Names of servers that can be shared; '' is the default one. */
  readonly servers: readonly string[];
  readonly shares: readonly ShareView[];
  readonly codes: readonly CodeView[];
  /** A link that was just made, which is shown once. */
  readonly made: { readonly url: string; readonly server: string } | null;
  readonly form: ShareForm;
  readonly problem: { readonly form: 'code' | 'name'; readonly text: string; readonly status: number } | null;
  /** Which sending of the form for links this is. */
  readonly once: string;
  /** Whether this person may know names of others. */
  readonly knowsNames: boolean;
}

/** What stands in the forms. */
export interface ShareForm {
  readonly server: string;
  readonly kind: 'group' | 'user';
  readonly name: string;
  /** Seconds. */
  readonly life: number;
  /** Whether the server may be started and stopped as well. */
  readonly manages: boolean;
}

/** What a link lasts, in seconds. */
export const codeLives: readonly number[] = [3600, 86_400, 604_800, 2_592_000];

const { shares: say } = strings;

/** With whom servers are shared, and what others share. */
export function sharesPage(view: SharesPageView): Page {
  const { token, own } = view;
  return {
    title: say.title,
    status: own?.problem?.status ?? 200,
    body: html`<div class="stack">
        <h1>${say.title}</h1>
        <p class="quiet">${own === null ? say.mayNot : say.lead}</p>
      </div>
      ${own !== null && ownPart(view, own, token)} ${givenPart(view)}`,
  };
}

function ownPart({ now }: SharesPageView, own: OwnView, token: string): Html {
  if (own.servers.length === 0)
    return html`<section class="card stack">
      <p>${say.noServer} <a href="/hub/home">${strings.error.back}</a></p>
    </section>`;
  return html`${own.made !== null && madePart(own.made)} ${newPart(own, token)}
  ${own.codes.length > 0 && codesPart(token, now, own.codes)}
  ${own.shares.length > 0 && sharesPart(token, now, own.shares)}`;
}

function madePart({ url, server }: NonNullable<OwnView['made']>): Html {
  return html`<section class="card stack fresh" aria-labelledby="made">
    <h2 id="made">${say.made(server)}</h2>
    <p>${say.once}</p>
    <p class="row">
      <code id="share-url" class="secret" tabindex="0">${url}</code>
      <button type="button" hidden data-copy="share-url" data-copied="${strings.token.copied}">
        ${strings.token.copy}
      </button>
    </p>
  </section>`;
}

function newPart(own: OwnView, token: string): Html {
  return html`<section class="card stack" aria-labelledby="new">
    <h2 id="new">${say.share}</h2>
    ${notice('info', say.warning)}
    <div class="fields">${linkForm(own, token)} ${own.knowsNames && nameForm(own, token)}</div>
  </section>`;
}

function linkForm(own: OwnView, token: string): Html {
  return html`<form class="stack" method="post" action="/hub/shares/code" aria-labelledby="by-link">
    <h3 id="by-link">${say.byLink}</h3>
    ${xsrfField(token)}<input type="hidden" name="once" value="${own.once}" />
    ${own.problem?.form === 'code' && notice('problem', own.problem.text)} ${serverField('code', own)}
    <div class="field">
      <label for="expires_in">${say.life}</label>
      <select id="expires_in" name="expires_in">
        ${codeLives.map((life) => option(String(life), strings.token.lives[life] ?? saySeconds(life), life === own.form.life))}
      </select>
    </div>
    ${rightsField(own)}
    <button class="main">${say.makeLink}</button>
  </form>`;
}

function nameForm(own: OwnView, token: string): Html {
  const { form, problem } = own;
  const wrong = problem?.form === 'name' && html` aria-invalid="true" aria-describedby="name_problem"`;
  return html`<form class="stack" method="post" action="/hub/shares/grant" aria-labelledby="by-name">
    <h3 id="by-name">${say.byName}</h3>
    ${xsrfField(token)} ${serverField('grant', own)}
    <div class="field">
      <label for="share_name">${say.name}</label>
      <div class="joined">
        <select name="kind" aria-label="${say.kind}">
          ${option('user', say.person, form.kind === 'user')} ${option('group', say.group, form.kind === 'group')}
        </select>
        <input
          id="share_name"
          name="name"
          type="text"
          value="${form.name}"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          required
          ${wrong}
        />
      </div>
      ${problem?.form === 'name' && html`<div id="name_problem">${notice('problem', problem.text)}</div>`}
    </div>
    ${rightsField(own)}
    <button>${say.grant}</button>
  </form>`;
}

function serverField(id: string, { servers, form }: OwnView): Html {
  return html`<div class="field">
    <label for="${id}_server">${say.server}</label>
    <select id="${id}_server" name="server">
      ${servers.map((name) => option(name, name === '' ? say.defaultServer : name, name === form.server))}
    </select>
  </div>`;
}

function rightsField({ form }: OwnView): Html {
  return html`<label class="tick"
    ><input type="checkbox" name="manages" value="yes" ${form.manages && html` checked`} />
    <span>${say.manages}</span></label
  >`;
}

function option(value: string, text: string, isChosen: boolean): Html {
  return html`<option value="${value}" ${isChosen && html` selected`}>${text}</option>`;
}
