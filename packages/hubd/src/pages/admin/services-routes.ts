import type { Router } from '@koa/router';
import type { ServiceModel } from '@tshub/contract';
import type { Context } from 'koa';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { doForm, noticeOf } from './forms.ts';
import { byName, pick, readListView } from './list-view.ts';
import { servicesPage } from './services-page.ts';
import { nameIn } from './paths.ts';

/** `/hub/admin/services`: what there is, and those that are not in the settings made and removed. */
export function makeServicePages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { call } = parts.admin;

  async function show(ctx: Context, visitor: DeskVisit, problem?: string): Promise<void> {
    const { desk, caller } = visitor;
    const models = (await call('services.list', { caller, params: {} })).json as Record<string, ServiceModel>;
    const managedOf = new Map(parts.services.list().map(({ name, managed }) => [name, managed]));
    const view = readListView(ctx, byName);
    const all = Object.entries(models).map(([name, model]) => {
      const managed = managedOf.get(name) ?? '';
      const mayRemove = managed === '' && desk.may('admin:services', { kind: 'service', service: name });
      return { name, model: { ...model, name }, managed, mayRemove };
    });
    const mayMake = desk.may('admin:services', { kind: 'none' });
    const { shown: services, total } = pick(all, view, byName);
    const body = servicesPage(desk, noticeOf(desk, ctx, problem), { view, services, total, mayMake });
    sendDeskPage(frame, ctx, visitor, { section: 'services', title: desk.say.tabs.services, body });
  }

  const form =
    (done: string, work: (visitor: DeskVisit, name: string) => Promise<unknown>) =>
    async (ctx: Context): Promise<void> => {
      const visitor = await visitDesk(parts, ctx);
      if (visitor === undefined) return;
      const refused = (problem: string): Promise<void> => show(ctx, visitor, problem);
      await doForm(ctx, () => work(visitor, nameIn(ctx)), `/hub/admin/services?done=${done}`, refused);
    };

  const make = ({ caller, form: fields }: DeskVisit): Promise<unknown> => {
    const text = (name: string): string => (fields.get(name) ?? '').trim();
    const body = {
      admin: fields.get('admin') === '1',
      display: fields.get('display') === '1',
      ...(text('url') !== '' && { url: text('url') }),
      ...(text('account') !== '' && { user: text('account') }),
      ...(text('api_token') !== '' && { api_token: text('api_token') }),
    };
    return call('services.create', { caller, params: { service: text('name') }, body });
  };

  return (router) => {
    router.get('/hub/admin/services', (ctx) => visitDesk(parts, ctx).then((visitor) => visitor && show(ctx, visitor)));
    router.post('/hub/admin/services', form('made', make));
    router.post(
      '/hub/admin/services/:name/delete',
      form('gone', ({ caller }, service) => call('services.delete', { caller, params: { service } })),
    );
  };
}
