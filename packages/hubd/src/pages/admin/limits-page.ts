import { type LiveLimit, liveLimits } from '@tshub/contract';
import { html, type Html, type Part } from '../html.ts';
import { xsrfField } from '../layout.ts';
import type { Desk } from './desk.ts';
import { field } from './forms.ts';
import { serverPart, type ShownServer, userPath } from './server-part.ts';

/** What is usually changed comes first. */
const order: readonly LiveLimit[] = [
  'mem_limit',
  'cpu_limit',
  'tasks_max',
  'mem_high',
  'swap_limit',
  'cpu_weight',
  'io_weight',
];

/** New limits for a server that runs; what was typed is kept when it is refused. */
export function limitsPage(desk: Desk, notice: Part, shown: ShownServer, typed: ReadonlyMap<string, string>): Html {
  const { say, token } = desk;
  const { user, name } = shown.server;
  return html`<form class="card stack medium" id="limits" method="post" action="${userPath(user)}/limits">
    <h1>${say.limits.title(say.server.named(user, name))}</h1>
    ${notice} ${serverPart(desk, { ...shown, isPlain: true })}
    <p>${say.limits.lead}</p>
    ${xsrfField(token)}<input type="hidden" name="server" value="${name}" />
    <div class="fields">
      ${order.map((limit) =>
        field({
          name: limit,
          label: say.limits.names[limit],
          value: typed.get(limit) ?? '',
          help: liveLimits[limit].says,
        }),
      )}
    </div>
    <div class="row"><button class="main">${say.limits.set}</button><a href="${userPath(user)}">${say.cancel}</a></div>
  </form>`;
}
