import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { requireSome } from '../../access/require.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { redirect } from '../visit.ts';
import { type BulkAction, bulkActions, bulkQuestion } from './bulk-part.ts';
import { bulkWork } from './bulk-work.ts';
import { type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { jobPage } from './job-page.ts';
import type { Jobs } from './jobs.ts';
import { searchFor } from './users-routes.ts';
import { readUsersView } from './users-view.ts';

/** Bytes of the form: as many as can be ticked on a page have room in it. */
const formLimit = 128 * 1024;
const namesShown = 12;
/** Users read at once when all that match are gathered. */
const chunk = 500;

/** `/hub/admin/bulk` and the page of what it began. */
export function makeBulkPages(parts: PagesParts, frame: PageFrame, jobs: Jobs): (router: Router) => void {
  async function order(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx, formLimit);
    if (visitor === undefined) return;
    const { desk, caller, form, session } = visitor;
    const action = actionOf(form.get('action') ?? '');
    requireSome(caller, [bulkActions[action]]);
    const group = (form.get('to-group') ?? '').trim();
    if ((action === 'join' || action === 'leave') && group === '')
      throw new TshubError('bad_request', { problem: desk.say.bulk.needsGroup });
    const isAll = form.get('whom') === 'all';
    const names = isAll ? await gather(visitor) : [...new Set(form.getAll('user'))];
    if (names.length === 0) throw new TshubError('bad_request', { problem: desk.say.bulk.nobody });
    if ((isAll || action === 'delete') && form.get('sure') !== '1') {
      const fields = [...form].filter(([name]) => name !== '_xsrf');
      const body = bulkQuestion(desk, false, {
        action,
        group,
        count: names.length,
        names: names.slice(0, namesShown),
        fields,
      });
      return sendDeskPage(frame, ctx, visitor, { section: 'users', title: desk.say.bulk.title, body });
    }
    const title = desk.say.bulk.doing[action](names.length, group);
    const job = jobs.begin({ userId: session.user.id, title, names, ...bulkWork(parts, caller, action, group) });
    redirect(ctx, `/hub/admin/jobs/${job.id}`, 303);
  }

  /** Names of all that match, as they are now: what is done to them must not change who is next. */
  async function gather({ caller, form }: DeskVisit): Promise<string[]> {
    const search = { ...searchFor(caller, readUsersView(form)), order: 'name' } as const;
    const names: string[] = [];
    for (let turn: Parameters<typeof parts.admin.usersPages.page>[1] = null; ;) {
      const { users, next } = await parts.admin.usersPages.page(search, turn, chunk);
      names.push(...users.map(({ name }) => name));
      if (next === null) return names;
      turn = { after: next };
    }
  }

  async function show(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { desk, session } = visitor;
    const job = jobs.get((ctx.params as { id?: string }).id ?? '', session.user.id);
    if (job === undefined) throw new TshubError('not_found', { what: desk.say.job.title });
    sendDeskPage(frame, ctx, visitor, {
      section: 'users',
      title: job.title,
      ...(!job.isOver && { refresh: { seconds: 2, for: 'noscript' } as const }),
      body: jobPage(desk, job),
    });
  }

  return (router) => {
    router.post('/hub/admin/bulk', order);
    router.get('/hub/admin/jobs/:id', show);
  };
}

function actionOf(text: string): BulkAction {
  if (Object.hasOwn(bulkActions, text)) return text as BulkAction;
  throw new TshubError('bad_request', {
    problem: `action: expected one of ${Object.keys(bulkActions).join(', ')}, found ${JSON.stringify(text.slice(0, 60))}`,
  });
}
