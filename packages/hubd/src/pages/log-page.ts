import { html } from './html.ts';
import type { Page } from './layout.ts';
import { strings } from './strings.ts';

export interface LogView {
  readonly title: string;
  readonly lines: readonly string[];
  /** As many as the page asked for: there may be more. */
  readonly isFull: boolean;
}

const { log: say } = strings;

/** The journal of a server's unit, as its owner may read it. */
export function logPage({ title, lines, isFull }: LogView): Page {
  return {
    title,
    script: 'log.js',
    body: html`<section class="card stack">
      <div class="row">
        <h1>${title}</h1>
        <a class="button small" id="again" href="">${say.again}</a>
      </div>
      ${isFull && html`<p class="quiet">${say.last(lines.length)}</p>`}
      <div class="log">
        <pre id="log" class="tall" tabindex="0" aria-label="${title}">
${lines.length === 0 ? say.empty : lines.join('\n')}</pre>
      </div>
      <p><a href="/hub/home">${strings.error.back}</a></p>
    </section>`,
  };
}
