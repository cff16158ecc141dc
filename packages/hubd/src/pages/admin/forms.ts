import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { html, type Html, type Part } from '../html.ts';
import { translated } from '../languages/sayings.ts';
import { notice, xsrfField } from '../layout.ts';
import { firstQuery, redirect } from '../visit.ts';
import type { Desk } from './desk.ts';

/** A form that is one button. */
export function buttonForm(
  { token }: Desk,
  action: string,
  fields: Readonly<Record<string, string>>,
  button: Part,
  kind = 'small',
): Html {
  return html`<form method="post" action="${action}">
    ${xsrfField(token)}${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button
      class="${kind}"
    >
      ${button}
    </button>
  </form>`;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly help?: string;
  /** Values that are offered; others may be typed. */
  readonly offers?: readonly string[];
  readonly isNeeded?: boolean;
}

/** A field to type in, with its label and what helps to fill it in. */
export function field({ name, label, value = '', help, offers, isNeeded = false }: Field): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${value}"
      autocomplete="off"
      ${isNeeded && html` required`}${help !== undefined && html` aria-describedby="${name}-help"`}${offers !== undefined && html` list="${name}-list"`}
    />
    ${help !== undefined && html`<p class="quiet small" id="${name}-help">${help}</p>`}
    ${offers !== undefined && html`<datalist id="${name}-list">${offers.map((offer) => html`<option value="${offer}"></option>`)}</datalist>`}
  </div>`;
}

/** Of these a page says nothing above itself: they are about whether there is a page at all. */
const beyondPages: ReadonlySet<string> = new Set(['internal', 'no_credentials', 'no_scope', 'not_accessible', 'xsrf']);

/** Does what a form asks for and leads on; what is refused is told by `refused`, which shows the page of the form again. */
export async function doForm(
  ctx: Context,
  work: () => Promise<unknown>,
  done: string | (() => string),
  refused: (problem: string) => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TshubError) || beyondPages.has(error.code) || error.status >= 500) throw error;
    await refused(translated(error.message));
    ctx.status = error.status;
    return;
  }
  redirect(ctx, typeof done === 'string' ? done : done(), 303);
}

/** What a page says above itself: why a form was refused, or, led here by one, that it was done. */
export function noticeOf({ say }: Desk, ctx: Context, problem?: string): Html | false {
  if (problem !== undefined) return notice('problem', problem);
  const done = firstQuery(ctx, 'done') ?? '';
  return (
    Object.hasOwn(say.done, done) &&
    html`<p class="notice done" role="status">${say.done[done as keyof typeof say.done]}</p>`
  );
}
