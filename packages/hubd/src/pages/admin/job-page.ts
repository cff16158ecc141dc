import { html, type Html } from '../html.ts';
import { translated } from '../languages/sayings.ts';
import { notice } from '../layout.ts';
import type { Desk } from './desk.ts';
import type { Job } from './jobs.ts';

/** How far a job is, and when it is over, what became of it. */
export function jobPage({ say }: Desk, job: Job): Html {
  const at = job.done + job.failed;
  return html`<section class="card stack medium" id="job" ${!job.isOver && html` data-job`}>
    <h1>${job.title}</h1>
    <progress max="${Math.max(1, job.total)}" value="${at}" aria-label="${say.job.progress}"></progress>
    <p role="status">
      ${say.job.counted(at, job.total)}${job.isOver && job.ended === '' && html` ${say.job.over(job.done, job.failed)}`}
    </p>
    ${job.ended !== '' && notice('problem', `${say.job.ended} ${translated(job.ended)}`)}
    ${
      job.refusals.length > 0 &&
      html`<h2>${say.job.refused(job.failed)}</h2>
        <dl class="refusals">
          ${job.refusals.map(
            ([name, problem]) =>
              html`<div>
                <dt>${name}</dt>
                <dd>${problem}</dd>
              </div>`,
          )}
        </dl>
        ${job.failed > job.refusals.length && html`<p class="quiet">${say.job.more(job.failed - job.refusals.length)}</p>`}`
    }
    <p>
      ${job.isOver ? html`<a class="button" href="/hub/admin">${say.user.back}</a>` : html`<span class="quiet">${say.job.goesOn}</span>`}
    </p>
  </section>`;
}

/** On the list of users: the way back to what one has ordered. */
export function jobNotice({ say }: Desk, job: Job | undefined): Html | false {
  return (
    job !== undefined && notice('info', html`${say.job.underWay} <a href="/hub/admin/jobs/${job.id}">${job.title}</a>`)
  );
}
