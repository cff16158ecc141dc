import { html, type Html, type Part } from './html.ts';
import { strings } from './strings.ts';

/** Rows of cells, with a last column of buttons; on a small screen each row is a block, whose cells say their own names. */
export function table(heads: readonly string[], rows: ReadonlyArray<readonly Part[]>): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          <th scope="col"><span class="unseen">${strings.home.actions}</span></th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export interface Question {
  /** Where the form goes, and what it carries. */
  readonly action: string;
  readonly fields: Html;
  /** On the button that asks, and, unseen, of what. */
  readonly text: string;
  readonly of: string;
  /** What would happen. */
  readonly warning: string;
  /** On the button that does it. */
  readonly sure: string;
  readonly kind?: string;
}

/** A button that asks again before something is lost; it works without scripts. */
export function askFirst({ action, fields, text, of, warning, sure, kind = 'small' }: Question): Html {
  return html`<details class="confirm">
    <summary class="button ${kind}">${text}<span class="unseen"> ${of}</span></summary>
    <form method="post" action="${action}">
      <p class="small">${warning}</p>
      ${fields}<button class="danger">${sure}</button>
    </form>
  </details>`;
}
