import { serverPrefix } from '@tshub/contract';
import type { Server, ServerUsage } from '../servers/server.ts';
import type { Service } from '../services/service.ts';
import { html, type Html } from './html.ts';
import { servicesPart } from './home-services.ts';
import { logLines, type Page, xsrfField } from './layout.ts';
import { sharedPart, type SharedView } from './share-page.ts';
import { strings } from './strings.ts';
import { pagePath } from './target.ts';
import { sayAgo, sayBytes, saySeconds } from './words.ts';

export interface HomeView {
  readonly user: string;
  readonly token: string;
  readonly now: number;
  readonly own: ServerView;
  /** Null when named servers are off. */
  readonly named: readonly Server[] | null;
  /** Those that this user may open. */
  readonly services: readonly Service[];
  /** Servers of others that this user was let into. */
  readonly shared: readonly SharedView[];
}

export interface ServerView {
  readonly server: Server | undefined;
  readonly usage: ServerUsage | undefined;
  readonly log: readonly string[];
}

const { home } = strings;

export function homePage(view: HomeView): Page {
  const busy = [view.own.server, ...(view.named ?? [])].some(
    (server) => server !== undefined && server.pending !== null,
  );
  return {
    title: home.title,
    script: 'home.js',
    ...(busy && { refresh: { seconds: 3, for: 'noscript' } as const }),
    body: html`<h1 class="unseen">${home.title}</h1>
      <div id="servers" ${busy && html` data-busy`}>
        ${ownServer(view)} ${view.named !== null && namedServers(view, view.named)}
      </div>
      ${view.shared.length > 0 && sharedPart(view.shared)} ${view.services.length > 0 && servicesPart(view.services)}`,
  };
}

function ownServer({ user, token, now, own }: HomeView): Html {
  const { server, usage, log } = own;
  return html`<section class="card stack" aria-labelledby="own">
    <div class="row">
      <h2 id="own">${home.yours}</h2>
      ${badge(server)}
    </div>
    ${server === undefined && html`<p class="quiet">${home.never}</p>`}
    ${server !== undefined && server.lastEnd !== '' && server.pending === null && !server.ready && html`<p class="notice${server.failed && ' problem'}">${home.lastEnd} ${server.lastEnd}</p>`}
    ${server?.ready === true && server.lastKill !== null && html`<p class="notice problem" role="status">${home.killed} ${server.lastKill.reason} (${time(server.lastKill.at, now)})</p>`}
    <div class="row actions">${actions(user, '', server, token, true)}</div>
    ${server?.ready === true && facts(server, usage, now)} ${server !== undefined && logLines(home.log, log)}
  </section>`;
}

/** State in a word; for the eye also in a colour. */
function badge(server: Server | undefined): Html {
  const { state } = strings;
  const key =
    server === undefined
      ? 'stopped'
      : (server.pending ?? (server.ready ? 'ready' : server.failed ? 'failed' : 'stopped'));
  return html`<span class="badge ${key}" role="status">${state[key]}</span>`;
}

function actions(user: string, name: string, server: Server | undefined, token: string, isMain: boolean): Html[] {
  const id = (text: string): Html | false => isMain && html` id="${text}"`;
  const form = (verb: 'remove' | 'start' | 'stop', text: string, kind: string): Html =>
    html`<form method="post" action="/hub/home/${verb}">
      ${xsrfField(token)}<input type="hidden" name="server" value="${name}" /><button class="${kind}" ${id(verb)}>
        ${text}
      </button>
    </form>`;
  if (server?.pending === 'spawn') {
    return [
      html`<a class="button main" href="${pagePath('spawn-pending', user, name)}">${home.progress}</a>`,
      form('stop', home.cancel, ''),
    ];
  }
  if (server?.pending === 'stop' || server?.pending === 'check') return [];
  if (server?.ready === true)
    return [
      html`<a class="button main" ${id('open')} href="${serverPrefix(user, name)}">${home.open}</a>`,
      form('stop', home.stop, ''),
    ];
  return [form('start', home.start, 'main'), ...(name === '' ? [] : [form('remove', home.remove, 'plain')])];
}

function facts(server: Server, usage: ServerUsage | undefined, now: number): Html {
  return html`<dl class="facts">
    ${usage !== undefined && usage.memoryCurrent !== null && fact(home.memory, memory(usage.memoryCurrent, usage.memoryMax))}
    ${usage !== undefined && usage.memoryPeak !== null && fact(home.memoryPeak, sayBytes(usage.memoryPeak))}
    ${usage !== undefined && usage.cpuSeconds !== null && fact(home.cpu, saySeconds(usage.cpuSeconds))}
    ${usage !== undefined && usage.tasks !== null && fact(home.tasks, usage.tasks)}
    ${usage !== undefined && usage.ioReadBytes !== null && fact(home.io, `${sayBytes(usage.ioReadBytes)}, ${sayBytes(usage.ioWriteBytes ?? 0)}`)}
    ${server.started !== null && fact(home.started, time(server.started, now))}
    ${server.lastActivity !== null && fact(home.lastActivity, time(server.lastActivity, now))}
  </dl>`;
}

function fact(name: string, value: Html | string | number): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function memory(current: number, max: number | null): Html {
  if (max === null) return html`${sayBytes(current)}`;
  const share = Math.min(100, Math.round((current / max) * 100));
  return html`${sayBytes(current)} of ${sayBytes(max)}
    <meter min="0" max="100" high="85" value="${share}" aria-label="${home.memory}">${share} %</meter>`;
}

function time(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${sayAgo(at, now)}</time>`;
}

function namedServers({ user, token, now }: HomeView, servers: readonly Server[]): Html {
  return html`<section class="card stack" aria-labelledby="named">
    <h2 id="named">${home.named}</h2>
    ${
      servers.length > 0 &&
      html`<div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${home.name}</th>
              <th scope="col">${home.state}</th>
              <th scope="col">${home.lastActivity}</th>
              <th scope="col">${home.actions}</th>
            </tr>
          </thead>
          <tbody>
            ${servers.map(
              (server) =>
                html`<tr>
                  <th scope="row">${server.name}</th>
                  <td>
                    ${badge(server)}${server.lastEnd !== '' && !server.active && html`<div class="quiet small">${server.lastEnd}</div>`}
                  </td>
                  <td data-label="${home.lastActivity}">
                    ${server.lastActivity === null ? '–' : time(server.lastActivity, now)}
                  </td>
                  <td><div class="row actions">${actions(user, server.name, server, token, false)}</div></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
    <form class="row end" method="post" action="/hub/home/start">
      ${xsrfField(token)}
      <div class="field">
        <label for="server_name">${home.newName}</label>
        <input
          id="server_name"
          name="server"
          maxlength="30"
          pattern="[a-z][a-z0-9]*(-[a-z0-9]+)*"
          title="${home.newNameHelp}"
          autocomplete="off"
          spellcheck="false"
          required
        />
      </div>
      <button>${home.create}</button>
    </form>
  </section>`;
}
