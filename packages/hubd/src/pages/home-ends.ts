import type { Server } from '../servers/server.ts';
import { html, type Html } from './html.ts';
import { translated } from './languages/sayings.ts';
import { xsrfField } from './layout.ts';
import { moment } from './moment.ts';
import { strings } from './strings.ts';

interface EndsView {
  readonly server: Server | undefined;
  readonly token: string;
  readonly now: number;
}

/** When a server ends unless it is used, and a button to put that off; a warning when that is near. */
export function endsPart({ server, token, now }: EndsView): Html | false {
  if (server?.ready !== true || server.end === null) return false;
  const { end, name, keptUntil } = server;
  const unless = end.rule === 'idle' && strings.ends.idle;
  const isKept = keptUntil !== null && keptUntil >= end.at;
  const what = name === '' ? strings.ends.your : strings.ends.named(name);
  const says = end.warned
    ? html`<strong>${what} ${strings.ends.warning} ${moment(end.at, now)}${unless}</strong>`
    : html`${strings.ends.will} ${moment(end.at, now)}${unless}`;
  return html`<div class="${end.warned ? 'notice problem' : 'quiet small'} row" ${end.warned && html` role="status"`}>
    <span>${says}, ${strings.ends.when} ${translated(end.why)}.${isKept && ` ${strings.ends.kept}`}</span>
    ${mayKeep(server, now) && keepForm(server, token)}
  </div>`;
}

/** Less than a minute more is nothing that anybody would press a button for. */
function mayKeep({ end }: Server, now: number): boolean {
  return end !== null && end.latest > Math.max(end.at, now) + 60_000;
}

function keepForm({ name, end }: Server, token: string): Html {
  const title = `${strings.ends.keepUntil} ${new Date(end?.latest ?? 0).toISOString()}`;
  return html`<form method="post" action="/hub/home/keep">
    ${xsrfField(token)}<input type="hidden" name="server" value="${name}" />
    <button class="plain" title="${title}">
      ${strings.ends.keep}${name !== '' && html`<span class="unseen"> ${name}</span>`}
    </button>
  </form>`;
}
