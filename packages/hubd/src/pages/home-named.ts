import { endsPart } from './home-ends.ts';
import { html, type Html } from './html.ts';
import { translated } from './languages/sayings.ts';
import { notice, xsrfField } from './layout.ts';
import { momentOr } from './moment.ts';
import { actions, badge } from './server-actions.ts';
import { type Looked, usageBars } from './server-usage.ts';
import { strings } from './strings.ts';
import { pagePath } from './target.ts';

interface NamedView {
  readonly user: string;
  readonly token: string;
  readonly now: number;
  readonly named: readonly Looked[];
  /** How many more one may have; null for any number. */
  readonly room: number | null;
  readonly problem: { readonly name: string; readonly text: string } | null;
}

const { home } = strings;

/** Further servers of the same person, each with what can be done with it, and a form for a new one. */
export function namedServers(view: NamedView): Html {
  const { token, named, room, problem } = view;
  return html`<section class="card stack" aria-labelledby="named">
    <h2 id="named">${home.named}</h2>
    ${named.length === 0 ? html`<p class="quiet">${home.noneNamed}</p>` : table(view)}
    ${
      room === 0
        ? html`<p class="quiet">${home.noRoom}</p>`
        : html`<form method="post" action="/hub/home/start">
            ${xsrfField(token)}
            <div class="field">
              <label for="server_name">${home.newName}</label>
              <div class="joined">
                <input
                  id="server_name"
                  name="server"
                  type="text"
                  maxlength="30"
                  pattern="[a-z][a-z0-9]*(-[a-z0-9]+)*"
                  title="${home.newNameHelp}"
                  value="${problem?.name}"
                  aria-describedby="${problem !== null && 'server_name_problem '}server_name_help"
                  ${problem !== null && html` aria-invalid="true" autofocus`}
                  autocomplete="off"
                  autocapitalize="off"
                  spellcheck="false"
                  required
                />
                <button>${home.create}</button>
              </div>
              ${problem !== null && html`<div id="server_name_problem">${notice('problem', translated(problem.text))}</div>`}
              <div class="quiet small" id="server_name_help">
                ${home.newNameHelp}${room !== null && ` ${home.room(room)}`}
              </div>
            </div>
          </form>`
    }
  </section>`;
}

function table({ user, token, now, named }: NamedView): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">${home.name}</th>
          <th scope="col">${home.state}</th>
          <th scope="col">${home.lastActivity}</th>
          <th scope="col"><span class="unseen">${home.actions}</span></th>
        </tr>
      </thead>
      <tbody>
        ${named.map(
          ({ server, usage }) =>
            html`<tr>
                <th scope="row">
                  ${server.displayName ?? server.name}
                  ${server.displayName !== null && html`<div class="quiet small">${server.name}</div>`}
                </th>
                <td>
                  ${badge(server)} ${endsPart({ server, token, now })}
                  ${server.lastEnd !== '' && !server.active && html`<div class="quiet small">${translated(server.lastEnd)}</div>`}
                  ${
                    server.lastActivity !== null &&
                    html`<div class="small">
                      <a href="${pagePath('log', user, server.name)}"
                        >${home.itsLog}<span class="unseen"> ${server.name}</span></a
                      >
                    </div>`
                  }
                </td>
                <td data-label="${home.lastActivity}">${momentOr(server.lastActivity, now, home.neverUsed)}</td>
                <td>
                  <div class="row actions">${actions({ user, name: server.name, server, token, isMain: false })}</div>
                </td>
              </tr>
              ${
                usage !== undefined &&
                html`<tr class="below">
                  <td colspan="4">${usageBars(server, usage)}</td>
                </tr>`
              }`,
        )}
      </tbody>
    </table>
  </div>`;
}
