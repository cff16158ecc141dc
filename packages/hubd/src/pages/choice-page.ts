import type { Profile, ProfileOption } from '@tshub/config';
import type { Server } from '../servers/server.ts';
import { html, type Html } from './html.ts';
import { type Page, xsrfField } from './layout.ts';
import { strings } from './strings.ts';

const { choice } = strings;

export interface ChoiceView {
  readonly token: string;
  readonly title: string;
  readonly action: string;
  readonly profiles: readonly Profile[];
  /** What was chosen last is chosen again, unless it is changed. */
  readonly last: Pick<Server, 'profile' | 'options'> | undefined;
}

/** The spawn form: a profile is a form of its own, so that it works without scripts. The last one used comes first. */
export function choicePage(view: ChoiceView): Page {
  const last = view.profiles.find(({ name }) => name === view.last?.profile);
  const others = view.profiles.filter((profile) => profile !== last);
  const profiles = last === undefined ? others : [last, ...others];
  return {
    title: choice.title,
    width: 'medium',
    body: html`<div class="stack">
        <h1>${view.title}</h1>
        <p class="quiet">${choice.lead}</p>
      </div>
      ${profiles.map((profile) => card(view, profile, profile === profiles[0]))}`,
  };
}

function card(view: ChoiceView, profile: Profile, isFirst: boolean): Html {
  const { name, description, options } = profile;
  const title = profile.title === '' ? name : profile.title;
  const last = view.last?.profile === name ? view.last.options : {};
  return html`<form class="card stack choice" method="post" action="${view.action}" aria-labelledby="profile_${name}">
    <h2 id="profile_${name}">${title}</h2>
    ${description !== '' && html`<p>${description}</p>`} ${xsrfField(view.token)}
    <input type="hidden" name="opt-profile" value="${name}" />
    ${Object.entries(options).map(([key, option]) => field(`${name}_${key}`, key, option, textOf(last[key])))}
    <button class="${isFirst ? 'main' : ''}" ${isFirst && html` id="start"`}>${choice.start(title)}</button>
  </form>`;
}

function field(id: string, key: string, option: ProfileOption, last: string | undefined): Html {
  const { title, values, min, max } = option;
  const value = last ?? String(option.default);
  const label = html`<label for="${id}">${title === '' ? key : title}</label>`;
  if (values !== undefined) {
    const texts = values.map(String);
    return html`<div class="field">
      ${label}
      <select id="${id}" name="opt-${key}">
        ${texts.map((text) => html`<option value="${text}" ${text === value && html` selected`}>${text}</option>`)}
      </select>
    </div>`;
  }
  const isNumber = typeof min === 'number' && typeof max === 'number';
  const bounds = isNumber && html`min="${min}" max="${max}" step="any"`;
  return html`<div class="field">
    ${label}
    <input
      id="${id}"
      name="opt-${key}"
      type="${isNumber ? 'number' : 'text'}"
      ${bounds}
      value="${value}"
      aria-describedby="${id}_range"
      required
    />
    <div class="quiet small" id="${id}_range">${choice.range(String(min), String(max))}</div>
  </div>`;
}

/** A form's list of one value is that value. */
function textOf(kept: unknown): string | undefined {
  const one: unknown = Array.isArray(kept) ? kept[0] : kept;
  return typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? String(one) : undefined;
}
