import type { Server, ServerUsage } from '../servers/server.ts';
import type { Service } from '../services/service.ts';
import { html, type Html } from './html.ts';
import { endsPart } from './home-ends.ts';
import { namedServers } from './home-named.ts';
import { servicesPart } from './home-services.ts';
import { translated } from './languages/sayings.ts';
import { logLines, type Page } from './layout.ts';
import { moment } from './moment.ts';
import { actions, badge } from './server-actions.ts';
import { facts, type Looked, usageBars } from './server-usage.ts';
import { sharedPart, type SharedView } from './share-page.ts';
import { strings } from './strings.ts';
import { pagePath } from './target.ts';

export interface HomeView {
  readonly user: string;
  readonly token: string;
  readonly now: number;
  readonly own: {
    readonly server: Server | undefined;
    readonly usage: ServerUsage | undefined;
    readonly log: readonly string[];
  };
  /** Null when named servers are off. */
  readonly named: readonly Looked[] | null;
  /** How many more named servers one may have; null for any number. */
  readonly room: number | null;
  /** What was wrong with the name of a new one; null for nothing. */
  readonly problem: { readonly name: string; readonly text: string } | null;
  /** Those that this user may open. */
  readonly services: readonly Service[];
  /** Servers of others that this user was let into. */
  readonly shared: readonly SharedView[];
}

const { home } = strings;

export function homePage(view: HomeView): Page {
  const all = [view.own, ...(view.named ?? [])];
  const busy = all.some(({ server }) => (server?.pending ?? null) !== null);
  return {
    title: home.title,
    status: view.problem === null ? 200 : 400,
    script: 'home.js',
    ...(busy && { refresh: { seconds: 3, for: 'noscript' } as const }),
    body: html`<h1 class="unseen">${home.title}</h1>
      <div id="servers" data-user="${view.user}" ${busy && html` data-busy`}>
        ${ownServer(view)} ${view.named !== null && namedServers({ ...view, named: view.named })}
      </div>
      ${view.shared.length > 0 && sharedPart(view.shared)} ${view.services.length > 0 && servicesPart(view.services)}`,
  };
}

function ownServer({ user, token, now, own }: HomeView): Html {
  const { server, usage, log } = own;
  const isDown = server !== undefined && server.pending === null && !server.ready;
  return html`<section class="card stack" aria-labelledby="own">
    <div class="row">
      <h2 id="own">${home.yours}</h2>
      ${badge(server)}
    </div>
    ${server === undefined && html`<p class="quiet">${home.never}</p>`}
    ${isDown && server.lastEnd !== '' && html`<p class="notice${server.failed && ' problem'}">${home.lastEnd} ${translated(server.lastEnd)}</p>`}
    ${server?.ready === true && server.lastKill !== null && html`<p class="notice problem" role="status">${home.killed} ${translated(server.lastKill.reason)} (${moment(server.lastKill.at, now)})</p>`}
    ${endsPart({ server, token, now })}
    <div class="row actions">${actions({ user, name: '', server, token, isMain: true })}</div>
    ${server?.ready === true && usage !== undefined && usageBars(server, usage)}
    ${server?.ready === true && facts(server, usage, now)}
    ${server !== undefined && logLines(home.log, log, { more: pagePath('log', user, '') })}
  </section>`;
}
