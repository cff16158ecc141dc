import type { ScopeName } from '@tshub/contract';
import { html, type Html, type Part } from '../html.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { field } from './forms.ts';
import { searchFields, type UsersView } from './users-view.ts';

/** What can be done to many at once, with the scope that each needs for at least somebody. */
export const bulkActions = {
  start: 'start:servers',
  stop: 'delete:servers',
  join: 'groups',
  leave: 'groups',
  delete: 'delete:users',
} as const satisfies Record<string, ScopeName>;
export type BulkAction = keyof typeof bulkActions;

/** What can be done with those who are ticked, or with all that match; nothing when the reader may do none of it. */
export function bulkBar(desk: Desk, search: UsersView['search'], groups: readonly string[]): Html | false {
  const { say } = desk;
  const actions = (Object.keys(bulkActions) as BulkAction[]).filter((action) => desk.maySome(bulkActions[action]));
  if (actions.length === 0) return false;
  return html`<form class="card stack" id="bulk" method="post" action="/hub/admin/bulk">
    <h2>${say.bulk.title}</h2>
    ${xsrfField(desk.token)} ${hiddenFields(searchFields(search))}
    <fieldset class="row">
      <legend class="unseen">${say.bulk.whom}</legend>
      <label class="tick"><input type="radio" name="whom" value="ticked" checked /> ${say.bulk.ticked}</label>
      <label class="tick"><input type="radio" name="whom" value="all" /> ${say.bulk.all}</label>
    </fieldset>
    <div class="row end">
      <div class="field">
        <label for="action">${say.bulk.action}</label
        ><select id="action" name="action">
          ${actions.map((action) => html`<option value="${action}">${say.bulk.actions[action]}</option>`)}
        </select>
      </div>
      ${desk.maySome('groups') && field({ name: 'to-group', label: say.bulk.group, help: say.bulk.groupHelp, offers: groups })}
      <button>${say.bulk.go}</button>
    </div>
  </form>`;
}

export function hiddenFields(fields: ReadonlyArray<readonly [string, string]>): Html[] {
  return fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
}

export interface BulkQuestion {
  readonly action: BulkAction;
  readonly group: string;
  readonly count: number;
  /** Some of those whom it is about. */
  readonly names: readonly string[];
  /** The form that is asked about. */
  readonly fields: ReadonlyArray<readonly [string, string]>;
}

/** Asks in words before much is done at once. */
export function bulkQuestion({ say, token }: Desk, notice: Part, question: BulkQuestion): Html {
  const { action, group, count, names, fields } = question;
  const what = say.bulk.doing[action](count, group);
  return html`<form class="card stack medium" method="post" action="/hub/admin/bulk">
    <h1>${what}?</h1>
    ${notice}
    <p>${names.join(', ')}${count > names.length && html` ${say.bulk.andMore(count - names.length)}`}</p>
    ${
      action === 'delete' &&
      html`<p>${say.user.deleteWords}</p>
        <ul>
          ${say.user.deleteGoes.map((goes) => html`<li>${goes}</li>`)}
        </ul>
        <p>${say.user.deleteStays}</p>`
    }
    ${xsrfField(token)} ${hiddenFields(fields)}<input type="hidden" name="sure" value="1" />
    <div class="row">
      <button class="${action === 'delete' ? 'danger' : 'main'}">${what}</button><a href="/hub/admin">${say.cancel}</a>
    </div>
  </form>`;
}
