import type { Server, ServerUsage } from '../servers/server.ts';
import { html, type Html } from './html.ts';
import { moment } from './moment.ts';
import { strings } from './strings.ts';
import { sayBytes, saySeconds } from './words.ts';

const { home } = strings;

/** A server, and what it uses when it runs. */
export interface Looked {
  readonly server: Server;
  readonly usage: ServerUsage | undefined;
}

/** What a server uses, against its limits: as it was when the page was made. home.js keeps it fresh, by the names in `data-use`. */
export function usageBars({ name }: Server, usage: ServerUsage): Html {
  const { memoryCurrent, memoryMax, memoryPeak, cpuSeconds, cpuLimit, tasks, tasksMax } = usage;
  const peak = memoryPeak === null ? '' : home.memoryPeak(sayBytes(memoryPeak));
  return html`<dl
    class="facts usage"
    data-usage="${name}"
    data-bytes="${strings.time.bytes}"
    data-of="${home.ofLimit('{used}', '{limit}')}"
    data-cores="${home.cores('{count}')}"
  >
    ${memoryCurrent !== null && bar('memory', home.memory, memoryCurrent, memoryMax, sayBytes, peak)}
    ${cpuSeconds !== null && cpu(cpuSeconds, cpuLimit)}
    ${tasks !== null && bar('tasks', home.tasks, tasks, tasksMax, String)}
  </dl>`;
}

/** How fast it is used shows only over time; until then the page says how much was used in all. */
function cpu(seconds: number, limit: number | null): Html {
  const total = home.cpuTotal(saySeconds(seconds));
  return html`<div data-use="cpu" data-seconds="${seconds}" data-limit="${limit}">
    <dt>${home.cpu}</dt>
    <dd>
      <span class="used">${limit === null ? total : home.upTo(home.cores(sayCores(limit)))}</span>
      ${limit !== null && html`<meter min="0" max="${limit}" value="0" aria-label="${home.cpu}" hidden></meter>`}
      ${limit !== null && html`<span class="quiet small">${total}</span>`}
    </dd>
  </div>`;
}

function bar(
  use: string,
  title: string,
  used: number,
  limit: number | null,
  say: (amount: number) => string,
  more = '',
): Html {
  return html`<div data-use="${use}">
    <dt>${title}</dt>
    <dd>
      <span class="used">${limit === null ? say(used) : home.ofLimit(say(used), say(limit))}</span>
      ${limit !== null && html`<meter min="0" max="${limit}" high="${Math.round(limit * 0.85)}" value="${Math.min(used, limit)}" aria-label="${title}">${Math.round((used / limit) * 100)} %</meter>`}
      ${more !== '' && html`<span class="quiet small">${more}</span>`}
    </dd>
  </div>`;
}

/** What does not need a bar. */
export function facts(server: Server, usage: ServerUsage | undefined, now: number): Html {
  const { started, lastActivity, profile } = server;
  const read = usage?.ioReadBytes ?? null;
  return html`<dl class="facts">
    ${started !== null && fact(home.started, moment(started, now))}
    ${lastActivity !== null && fact(home.lastActivity, moment(lastActivity, now))}
    ${read !== null && fact(home.io, `${sayBytes(read)}, ${sayBytes(usage?.ioWriteBytes ?? 0)}`)}
    ${profile !== '' && fact(home.profile, profile)}
  </dl>`;
}

function fact(name: string, value: Html | string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function sayCores(count: number): string {
  return String(Math.round(count * 100) / 100);
}
