import type { ProgressEvent } from '../servers/server.ts';
import { html, type Html } from './html.ts';
import { translated } from './languages/sayings.ts';
import { logLines, notice, type Page, xsrfField } from './layout.ts';
import { strings } from './strings.ts';

/** Asks before a start with options that somebody else's page may have chosen. */
export function spawnPage(view: {
  token: string;
  title: string;
  action: string;
  options: Readonly<Record<string, readonly string[]>>;
}): Page {
  const { spawn } = strings;
  const fields = Object.entries(view.options).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  return {
    title: spawn.title,
    width: 'narrow',
    body: html`<form class="card stack" method="post" action="${view.action}">
      <h1>${spawn.title}</h1>
      <p>${spawn.lead}</p>
      <dl class="facts">
        ${fields.map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
      ${xsrfField(view.token)}
      ${fields.map(([name, value]) => html`<input type="hidden" name="opt-${name}" value="${value}" />`)}
      <button id="start" class="main">${spawn.start}</button>
    </form>`,
  };
}

export interface PendingView {
  readonly title: string;
  /** Of the progress events, with the XSRF token that a cookie needs there. */
  readonly eventsUrl: string;
  /** Where to go when the server is ready. */
  readonly next: string;
  /** What happened before the page was made; all that a browser without scripts sees. */
  readonly events: readonly ProgressEvent[];
  readonly cancel: Html;
}

/** A start, live. */
export function pendingPage(view: PendingView): Page {
  const { pending } = strings;
  const step = view.events.findLast((event) => event.log === undefined);
  const percent = Math.max(0, ...view.events.map((event) => event.progress ?? 0));
  return {
    title: pending.title,
    script: 'pending.js',
    width: 'medium',
    refresh: { seconds: 3, for: 'noscript' },
    body: html`<section
      class="card stack"
      id="pending"
      data-events="${view.eventsUrl}"
      data-next="${view.next}"
      data-lost="${pending.lost}"
    >
      <h1>${view.title}</h1>
      <progress id="progress-bar" max="100" value="${percent}" aria-labelledby="progress-message">
        ${percent} %
      </progress>
      <p id="progress-message" role="status" aria-live="polite">
        ${step === undefined ? pending.requested : translated(step.message)}
      </p>
      <p class="quiet">${pending.lead}</p>
      <details class="log" open>
        <summary>${pending.steps}</summary>
        <pre id="progress-log" tabindex="0">
${view.events.flatMap((event) => event.log ?? [translated(event.message)]).join('\n')}</pre>
      </details>
      ${view.cancel}
    </section>`,
  };
}

export function failedPage(view: {
  title: string;
  reason: string;
  /** For administrators, or ''. */
  detail: string;
  log: readonly string[];
  again: string;
  /** The page of the whole log; null for who may not see it. */
  more: string | null;
  status: number;
}): Page {
  const { failed, home } = strings;
  return {
    title: failed.title,
    status: view.status,
    width: 'medium',
    body: html`<section class="card stack">
      <h1>${view.title}</h1>
      ${notice('problem', translated(view.reason))}
      ${view.detail !== '' && html`<p class="quiet small">${view.detail}</p>`}
      ${logLines(home.log, view.log, { open: view.log.length > 0, ...(view.more !== null && { more: view.more }) })}
      <div class="row actions">
        <a id="start" class="button main" href="${view.again}">${failed.again}</a
        ><a href="/hub/home">${strings.error.back}</a>
      </div>
    </section>`,
  };
}

/** Nothing to do but to wait: a stop, or a look after a restart of the hub. */
export function waitPage(view: { title: string; lead: string; heading: string }): Page {
  return {
    title: view.title,
    width: 'narrow',
    refresh: { seconds: 2, for: 'everyone' },
    body: html`<section class="card stack">
      <h1>${view.heading}</h1>
      <p role="status">${view.lead}</p>
      <progress aria-label="${view.title}"></progress>
    </section>`,
  };
}

export function notRunningPage(view: { status: number; heading: string; reason: string; start: string | null }): Page {
  const { notRunning, home } = strings;
  return {
    title: notRunning.title,
    status: view.status,
    width: 'narrow',
    body: html`<section class="card stack">
      <h1>${view.heading}</h1>
      ${view.reason !== '' && notice('info', html`${home.lastEnd} ${translated(view.reason)}`)}
      <div class="row actions">
        ${view.start !== null && html`<a id="start" class="button main" href="${view.start}">${notRunning.start}</a>`}<a
          href="/hub/home"
          >${strings.error.back}</a
        >
      </div>
    </section>`,
  };
}
