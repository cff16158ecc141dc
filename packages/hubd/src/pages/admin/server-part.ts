import { escapeName, serverPrefix } from '@tshub/contract';
import type { Resource } from '../../caller/caller.ts';
import { logScopes } from '../../servers/log-readers.ts';
import type { Server } from '../../servers/server.ts';
import { html, type Html } from '../html.ts';
import { xsrfField } from '../layout.ts';
import { translated } from '../languages/sayings.ts';
import { strings } from '../strings.ts';
import { sayBytes, saySeconds } from '../words.ts';
import type { Desk } from './desk.ts';
import type { Load } from './load.ts';

export interface ShownServer {
  readonly server: Server;
  /** Null when it does not run, or the host does not count. */
  readonly load: Load | null;
  readonly resource: Resource;
  /** Without buttons. */
  readonly isPlain?: boolean;
  /** With how it ended, in systemd's words. */
  readonly isDetailed?: boolean;
}

/** One server of a user on a line: what it does, what it uses, and what can be done about it. */
export function serverPart(
  desk: Desk,
  { server, load, resource, isPlain = false, isDetailed = false }: ShownServer,
): Html {
  const { user, name } = server;
  // Scripts put the fresh line in the place of the old one.
  return html`<div class="server" data-live="${`${user}/${name}`}">
    <span class="server-name"
      >${stateBadge(server)}${name !== '' && html` <strong>${server.displayName ?? name}</strong>`}</span
    >
    <span class="server-load"
      >${load !== null && loadPart(desk, load)}${!server.active && server.lastEnd !== '' && html`<span class="quiet small">${translated(server.lastEnd)}</span>`}${isDetailed && !server.active && server.endDetail !== '' && desk.may('admin:server_state', resource) && html`<span class="quiet small end-detail">${server.endDetail}</span>`}${server.ready && server.lastKill !== null && html`<span class="small bad">${translated(server.lastKill.reason)}</span>`}</span
    >
    <span class="row actions">${!isPlain && serverActions(desk, server, resource)}</span>
  </div>`;
}

export function stateBadge(server: Pick<Server, 'failed' | 'pending' | 'ready'>): Html {
  const key = server.pending ?? (server.ready ? 'ready' : server.failed ? 'failed' : 'stopped');
  return html`<span class="badge ${key}">${strings.state[key]}</span>`;
}

function loadPart({ say }: Desk, { usage, cpu }: Load): Html {
  const { memoryCurrent, memoryMax, cpuSeconds } = usage;
  const share = memoryCurrent === null || memoryMax === null ? null : Math.min(100, (memoryCurrent / memoryMax) * 100);
  return html`${
    memoryCurrent !== null &&
    html`<span class="load"
      >${sayBytes(memoryCurrent)}${memoryMax !== null && html` ${say.server.of} ${sayBytes(memoryMax)}`}
      ${share !== null && html`<meter min="0" max="100" high="85" value="${Math.round(share)}" aria-label="${say.users.memory}">${Math.round(share)} %</meter>`}</span
    >`
  }
  ${cpu !== null ? html`<span class="load">${say.server.cpu(Math.round(cpu * 100))}</span>` : cpuSeconds !== null && html`<span class="load quiet">${say.server.cpuTime(saySeconds(cpuSeconds))}</span>`}`;
}

function serverActions(desk: Desk, server: Server, resource: Resource): Html[] {
  const { say, may } = desk;
  const { user, name, pending, ready } = server;
  const label = say.server.named(user, name);
  const parts: (false | Html)[] = [];
  if (ready) {
    parts.push(
      may('access:servers', resource) &&
        html`<a class="button small" href="${serverPrefix(user, name)}">${say.server.open}${of(label)}</a>`,
      may('admin:servers', resource) &&
        html`<a class="button small" href="${limitsPath(user, name)}">${say.server.limits}${of(label)}</a>`,
    );
  }
  // As `/hub/log` asks: a log may hold more than whoever sees the server should see.
  if ((server.started !== null || server.lastEnd !== '') && logScopes.some((scope) => may(scope, resource)))
    parts.push(html`<a class="button small" href="${logPath(user, name)}">${say.server.log}${of(label)}</a>`);
  if ((ready || pending === 'spawn' || pending === 'check') && may('delete:servers', resource))
    parts.push(orderButton('stop', server, pending === 'spawn' ? say.server.cancel : say.server.stop, label));
  if (!server.active && may('start:servers', resource))
    parts.push(orderButton('start', server, say.server.start, label));
  if (!server.active && name !== '' && may('delete:servers', resource))
    parts.push(orderButton('remove', server, say.server.remove, label));
  return parts.filter((part) => part !== false);
}

type Order = 'remove' | 'start' | 'stop';

/** The button of an order: its form is one for the whole page. */
function orderButton(order: Order, { user, name }: Server, text: string, label: string): Html {
  return html`<button
    class="small"
    form="order"
    formaction="/hub/admin/servers/${order}"
    name="server"
    value="${`${user}/${name}`}"
  >
    ${text}${of(label)}
  </button>`;
}

/** Where the buttons of servers on a page send to; each names its own address. */
export function orderForm({ token, here }: Desk): Html {
  return html`<form id="order" method="post" action="/hub/admin" hidden>
    ${xsrfField(token)}<input type="hidden" name="back" value="${here}" />
  </form>`;
}

/** Which server a button is about, for those who hear the page. */
function of(label: string): Html {
  return html`<span class="unseen"> ${label}</span>`;
}

export function userPath(user: string): string {
  return `/hub/admin/users/${escapeName(user)}`;
}

function logPath(user: string, name: string): string {
  return `/hub/log/${escapeName(user)}${name === '' ? '' : `/${escapeName(name)}`}`;
}

function limitsPath(user: string, name: string): string {
  return `${userPath(user)}/limits?server=${encodeURIComponent(name)}`;
}
