import type { Profile, ProfileOption } from '@tshub/config';
import { wireOptions } from '../servers/options.ts';
import type { Server } from '../servers/server.ts';
import type { Filled } from './choice-filled.ts';
import { html, type Html } from './html.ts';
import { notice, type Page, xsrfField } from './layout.ts';
import { strings } from './strings.ts';

const { choice } = strings;

export interface ChoiceView {
  readonly token: string;
  readonly title: string;
  readonly action: string;
  readonly profiles: readonly Profile[];
  /** What was chosen last is chosen again, unless it is changed. */
  readonly last: Pick<Server, 'options' | 'profile'> | undefined;
  /** What an address or a form has filled in; null for nothing. */
  readonly filled: Filled | null;
  /** Why a start was refused, when no field is to blame. */
  readonly problem: string | null;
  readonly status: number;
}

/** The spawn form: a profile is a form of its own, so that it works without scripts. The one that is filled in or was used last comes first. */
export function choicePage(view: ChoiceView): Page {
  const first = view.profiles.find(({ name }) => name === (view.filled?.profile ?? view.last?.profile));
  const others = view.profiles.filter((profile) => profile !== first);
  const profiles = first === undefined ? others : [first, ...others];
  return {
    title: choice.title,
    status: view.status,
    width: 'medium',
    body: html`<div class="stack">
        <h1>${view.title}</h1>
        <p class="quiet">${choice.lead}</p>
        ${view.problem !== null && notice('problem', view.problem)}
      </div>
      ${profiles.map((profile) => card(view, profile, profile === profiles[0]))}`,
  };
}

function card(view: ChoiceView, profile: Profile, isFirst: boolean): Html {
  const { name, description, options } = profile;
  const title = profile.title === '' ? name : profile.title;
  const { filled } = view;
  const isLast = view.last?.profile === name;
  const isFilled = filled?.profile === name;
  const values = isFilled ? filled.values : isLast ? wireOptions(view.last.options).options : {};
  const fields = Object.entries(options).map(([key, option]) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    const problem = isFilled && Object.hasOwn(filled.problems, key) ? filled.problems[key] : undefined;
    return field({ id: `${name}_${key}`, key, option, value: value ?? String(option.default), problem });
  });
  return html`<form class="card stack choice" method="post" action="${view.action}" aria-labelledby="profile_${name}">
    <div class="row">
      <h2 id="profile_${name}">${title}</h2>
      ${isLast && html`<span class="tag">${choice.last}</span>`}
    </div>
    ${description !== '' && html`<p>${description}</p>`} ${xsrfField(view.token)}
    <input type="hidden" name="opt-profile" value="${name}" />
    ${fields.length > 0 && html`<div class="fields">${fields}</div>`}
    <button class="${isFirst ? 'main' : ''}" ${isFirst && html` id="start"`}>${choice.start(title)}</button>
  </form>`;
}

interface Field {
  readonly id: string;
  readonly key: string;
  readonly option: ProfileOption;
  readonly value: string;
  readonly problem: string | undefined;
}

function field({ id, key, option, value, problem }: Field): Html {
  const { title, values, min, max } = option;
  const label = html`<label for="${id}">${title === '' ? key : title}</label>`;
  const wrong = problem !== undefined && html` aria-invalid="true" aria-describedby="${id}_problem" autofocus`;
  const told = problem !== undefined && html`<div id="${id}_problem">${notice('problem', problem)}</div>`;
  if (values !== undefined) {
    const texts = values.map(String);
    return html`<div class="field">
      ${label}
      <select id="${id}" name="opt-${key}" ${wrong}>
        ${texts.map((text) => html`<option value="${text}" ${text === value && html` selected`}>${text}</option>`)}
      </select>
      ${told}
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
      ${wrong || html`aria-describedby="${id}_range"`}
      required
    />
    ${told || html`<div class="quiet small" id="${id}_range">${choice.range(String(min), String(max))}</div>`}
  </div>`;
}
