import { serverPrefix } from '@tshub/contract';
import type { Server } from '../servers/server.ts';
import { html, type Html } from './html.ts';
import { xsrfField } from './layout.ts';
import { strings } from './strings.ts';
import { askFirst } from './table.ts';
import { pagePath } from './target.ts';

const { home } = strings;

/** State in a word; for the eye also in a colour. */
export function badge(server: Server | undefined): Html {
  const { state } = strings;
  const key =
    server === undefined
      ? 'stopped'
      : (server.pending ?? (server.ready ? 'ready' : server.failed ? 'failed' : 'stopped'));
  return html`<span class="badge ${key}" role="status">${state[key]}</span>`;
}

interface Actions {
  readonly user: string;
  readonly name: string;
  readonly server: Server | undefined;
  readonly token: string;
  /** Whether it is the default server, whose buttons scripts know by their ids (peer's pages). */
  readonly isMain: boolean;
}

/** What can be done with one's own server now. Each is a form, which works without scripts. */
export function actions({ user, name, server, token, isMain }: Actions): Html[] {
  const id = (text: string): Html | false => isMain && html` id="${text}"`;
  const of = name === '' ? '' : html`<span class="unseen"> ${name}</span>`;
  const fields = html`${xsrfField(token)}<input type="hidden" name="server" value="${name}" />`;
  const form = (verb: 'restart' | 'start' | 'stop', text: string, kind: string): Html =>
    html`<form method="post" action="/hub/home/${verb}">
      ${fields}<button class="${kind}" ${id(verb)}>${text}${of}</button>
    </form>`;
  if (server?.pending === 'spawn') {
    return [
      html`<a class="button main" href="${pagePath('spawn-pending', user, name)}">${home.progress}${of}</a>`,
      form('stop', home.cancel, ''),
    ];
  }
  if (server?.pending === 'stop' || server?.pending === 'check') return [];
  if (server?.ready === true)
    return [
      html`<a class="button main" ${id('open')} href="${serverPrefix(user, name)}">${home.open}${of}</a>`,
      form('stop', home.stop, ''),
      form('restart', home.restart, 'plain'),
    ];
  return [form('start', home.start, 'main'), ...(name === '' ? [] : [removal(name, fields)])];
}

/** Asks again, because it cannot be undone. */
function removal(name: string, fields: Html): Html {
  const words = { text: home.remove, of: name, warning: home.removeSure, sure: home.removeNow };
  return askFirst({ action: '/hub/home/remove', fields, ...words, kind: 'plain' });
}
