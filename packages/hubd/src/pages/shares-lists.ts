import { html, type Html } from './html.ts';
import { xsrfField } from './layout.ts';
import { moment, momentOr } from './moment.ts';
import { nameServer, strings } from './strings.ts';
import { askFirst, table } from './table.ts';

interface Rights {
  /** What it allows, in words. */
  readonly rights: readonly string[];
}

/** One's own server, shared with somebody. */
export interface ShareView extends Rights {
  readonly server: string;
  readonly kind: 'group' | 'user';
  readonly name: string;
  readonly created: number;
}

/** A link to one's own server. Its text is not kept, so it is not shown. */
export interface CodeView extends Rights {
  readonly id: string;
  readonly server: string;
  readonly created: number;
  readonly expiresAt: number;
  readonly uses: number;
  readonly lastUse: number | null;
}

/** A server of somebody else. */
export interface GivenView extends Rights {
  readonly owner: string;
  readonly server: string;
  readonly url: string;
  readonly isReady: boolean;
  /** '' when it is shared with this person alone, who can end that. */
  readonly group: string;
}

const { shares: say } = strings;

export function codesPart(token: string, now: number, codes: readonly CodeView[]): Html {
  return html`<section class="card stack" aria-labelledby="codes">
    <h2 id="codes">${say.codes}</h2>
    ${table(
      [say.server, say.rights, say.codeUses, strings.token.created, strings.token.expires],
      codes.map((code) => [
        html`<th scope="row">${called(code.server)}</th>`,
        rightsCell(code),
        html`<td data-label="${say.codeUses}">
          ${say.uses(code.uses)}${code.lastUse !== null && html`, ${moment(code.lastUse, now)}`}
        </td>`,
        html`<td data-label="${strings.token.created}">${moment(code.created, now)}</td>`,
        html`<td data-label="${strings.token.expires}">${momentOr(code.expiresAt, now, '')}</td>`,
        html`<td>
          ${askFirst({
            action: '/hub/shares/code/revoke',
            fields: html`${xsrfField(token)}${hidden('server', code.server)}${hidden('id', code.id)}`,
            text: say.revoke,
            of: called(code.server),
            warning: say.codeSure,
            sure: say.revokeNow,
          })}
        </td>`,
      ]),
    )}
  </section>`;
}

export function sharesPart(token: string, now: number, shares: readonly ShareView[]): Html {
  return html`<section class="card stack" aria-labelledby="shares">
    <h2 id="shares">${say.with}</h2>
    ${table(
      [say.whom, say.server, say.rights, say.since],
      shares.map(({ server, kind, name, rights, created }) => [
        html`<th scope="row">
          ${name}${kind === 'group' && html`<span class="quiet small"> (${say.isGroup})</span>`}
        </th>`,
        html`<td data-label="${say.server}">${called(server)}</td>`,
        rightsCell({ rights }),
        html`<td data-label="${say.since}">${moment(created, now)}</td>`,
        html`<td>
          ${askFirst({
            action: '/hub/shares/revoke',
            fields: html`${xsrfField(token)}${hidden('server', server)}${hidden('kind', kind)}${hidden('name', name)}`,
            text: say.end,
            of: name,
            warning: say.endSure,
            sure: say.endNow,
          })}
        </td>`,
      ]),
    )}
  </section>`;
}

export function givenPart({ token, given }: { readonly token: string; readonly given: readonly GivenView[] }): Html {
  const { state } = strings;
  return html`<section class="card stack" aria-labelledby="given">
    <h2 id="given">${strings.home.shared}</h2>
    ${
      given.length === 0
        ? html`<p class="quiet">${say.noneGiven}</p>`
        : table(
            [say.server, strings.home.state, say.youMay],
            given.map(({ owner, server, url, isReady, group, rights }) => [
              html`<th scope="row">
                <a href="${url}">${nameServer(false, owner, server)}</a>
                ${group !== '' && html`<div class="quiet small">${strings.home.sharedWith} ${group}</div>`}
              </th>`,
              html`<td>
                <span class="badge ${isReady ? 'ready' : 'stopped'}">${isReady ? state.ready : state.stopped}</span>
              </td>`,
              rightsCell({ rights }, say.youMay),
              html`<td>
                ${
                  group === '' &&
                  askFirst({
                    action: '/hub/shares/leave',
                    fields: html`${xsrfField(token)}${hidden('owner', owner)}${hidden('server', server)}`,
                    text: say.leave,
                    of: nameServer(false, owner, server),
                    warning: say.leaveSure,
                    sure: say.leaveNow,
                  })
                }
              </td>`,
            ]),
          )
    }
  </section>`;
}

function rightsCell({ rights }: Rights, label: string = say.rights): Html {
  return html`<td data-label="${label}">${rights.join(', ')}</td>`;
}

function called(server: string): string {
  return server === '' ? say.defaultServer : server;
}

function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}
