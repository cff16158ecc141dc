import type { Router } from '@koa/router';
import { auditKinds, type AuditEntry, type AuditKind, type AuditQuery } from '../../audit/audit.ts';
import { listable } from '../../access/require.ts';
import type { Context } from 'koa';
import type { Caller } from '../../caller/caller.ts';
import { html, type Html } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { firstQuery } from '../visit.ts';
import { activityTable } from './activity-part.ts';
import { type Desk, sendDeskPage, visitDesk } from './desk.ts';
import { field } from './forms.ts';
import { numberIn, turnsByPlace } from './paths.ts';

const pageSize = 50;

interface ActivityView {
  readonly user: string;
  readonly kind: AuditKind | null;
  readonly before: number | null;
}

/** `/hub/admin/activity`: who did what, when, and with which token. */
export function makeActivityPage(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  async function show(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { desk, caller } = visitor;
    const kind = firstQuery(ctx, 'kind') ?? '';
    const before = numberIn(firstQuery(ctx, 'before'), 0);
    const view: ActivityView = {
      user: (firstQuery(ctx, 'user') ?? '').trim(),
      kind: auditKinds.find((one) => one === kind) ?? null,
      before: before === 0 ? null : before,
    };
    const found = await parts.admin.audit.list({ ...view, ...visibleTo(caller), limit: pageSize + 1 });
    sendDeskPage(frame, ctx, visitor, {
      section: 'activity',
      title: desk.say.tabs.activity,
      body: activityPage(desk, view, found),
    });
  }

  return (router) => {
    router.get('/hub/admin/activity', show);
  };
}

/** Whoever manages all users sees all; whoever manages some, what was done to these. Throws no_scope for anybody else. */
export function visibleTo(caller: Caller): Pick<AuditQuery, 'only'> {
  const only = listable(caller, 'admin:users', ['user', 'group']);
  return only === 'all' ? {} : { only: { users: only.user, groups: only.group } };
}

function activityPage(desk: Desk, view: ActivityView, found: readonly AuditEntry[]): Html {
  const { say } = desk;
  const { user, kind, before } = view;
  const shown = found.slice(0, pageSize);
  const fields = [['user', user] as const, ['kind', kind ?? ''] as const].filter(([, value]) => value !== '');
  const next = found.length > pageSize ? (shown.at(-1)?.id ?? null) : null;
  return html`<h1>${say.tabs.activity}</h1>
    <p class="quiet">${say.activity.lead} <code>journalctl -u tshub</code></p>
    <form class="card search" method="get" action="/hub/admin/activity" role="search">
      ${field({ name: 'user', label: say.activity.user, value: user, help: say.activity.userHelp })}
      <div class="field">
        <label for="kind">${say.activity.kind}</label
        ><select id="kind" name="kind">
          <option value="">${say.activity.anyKind}</option>
          ${auditKinds.map((one) => html`<option value="${one}" ${one === kind && html` selected`}>${say.activity.kinds[one]}</option>`)}
        </select>
      </div>
      <div class="row">
        <button class="main">${say.apply}</button><a href="/hub/admin/activity">${say.users.reset}</a>
      </div>
    </form>
    ${shown.length === 0 ? html`<p class="card">${say.activity.none}</p>` : html`<div class="card flush">${activityTable(desk, shown)}</div>`}
    ${turnsByPlace(desk, '/hub/admin/activity', fields, before === null, next)}`;
}
