import type { AuditEntry } from '../../audit/audit.ts';
import { html, type Html } from '../html.ts';
import type { Desk } from './desk.ts';
import { ago } from './users-page.ts';

/** What was done, when, by whom and with what, the newest first. */
export function activityTable({ say, now }: Desk, entries: readonly AuditEntry[]): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${say.activity.when}</th>
        <th scope="col">${say.activity.what}</th>
        <th scope="col">${say.activity.who}</th>
      </tr>
    </thead>
    <tbody>
      ${entries.map(
        ({ at, event, says, by, from, via }) =>
          html`<tr>
            <td class="when">${ago(new Date(at).toISOString(), now)}</td>
            <td>
              ${says}
              <div class="quiet small">${event}</div>
            </td>
            <td data-label="${say.activity.who}">
              ${by === '' ? '–' : by}
              <div class="quiet small">${[via, from].filter((part) => part !== '').join(' · ')}</div>
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The same on the page of a user, with the way to all of it. */
export function activitySection(desk: Desk, user: string, entries: readonly AuditEntry[]): Html {
  const { say } = desk;
  return html`<section class="card stack" aria-labelledby="activity-of">
    <h2 id="activity-of">${say.activity.ofUser}</h2>
    ${entries.length === 0 ? html`<p class="quiet">${say.activity.none}</p>` : activityTable(desk, entries)}
    <p><a href="/hub/admin/activity?user=${encodeURIComponent(user)}">${say.activity.more}</a></p>
  </section>`;
}
