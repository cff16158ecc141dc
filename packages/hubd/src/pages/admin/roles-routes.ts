import type { Router } from '@koa/router';
import { TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { requireScope } from '../../access/require.ts';
import type { HolderKind } from '../../roles/role.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { doForm, noticeOf } from './forms.ts';
import { type ItemWork, itemForms } from './item-forms.ts';
import { pick, readListView } from './list-view.ts';
import { nameIn, pathOf } from './paths.ts';
import { roleOrders, rolePage, rolesPage } from './roles-page.ts';

const nobody = { kind: 'none' } as const;
const give = { group: 'roles.grantGroup', service: 'roles.grantService', user: 'roles.grantUser' } as const;
const take = { group: 'roles.revokeGroup', service: 'roles.revokeService', user: 'roles.revokeUser' } as const;

/** `/hub/admin/roles` and the page of each. */
export function makeRolePages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { call, roles } = parts.admin;

  async function list(ctx: Context, visitor: DeskVisit, problem?: string): Promise<void> {
    const { desk, caller } = visitor;
    requireScope(caller, ['read:roles'], nobody);
    const view = readListView(ctx, roleOrders);
    const { shown, total } = pick(roles.list(), view, roleOrders);
    const mayMake = desk.may('admin:roles', nobody);
    const body = rolesPage(desk, noticeOf(desk, ctx, problem), { view, roles: shown, total, mayMake });
    sendDeskPage(frame, ctx, visitor, { section: 'roles', title: desk.say.tabs.roles, body });
  }

  async function show(ctx: Context, visitor: DeskVisit, name: string, problem?: string): Promise<void> {
    const { desk, caller } = visitor;
    requireScope(caller, ['read:roles'], nobody);
    const role = roles.get(name);
    if (role === undefined) throw new TshubError('not_found', { what: `Role ${name.slice(0, 60)}` });
    const body = rolePage(desk, noticeOf(desk, ctx, problem), role, desk.may('admin:roles', nobody));
    sendDeskPage(frame, ctx, visitor, { section: 'roles', title: name, body });
  }

  const form = itemForms(parts, 'roles', show);

  const giveTo =
    (kind: HolderKind): ItemWork =>
    ({ caller, form: fields }, role) =>
      call(give[kind], { caller, params: { role, name: (fields.get('name') ?? '').trim() } });
  const takeFrom: ItemWork = ({ caller, form: fields }, role) => {
    const kind = fields.get('kind') ?? '';
    if (!isHolder(kind))
      throw new TshubError('bad_request', { problem: `kind: expected ${Object.keys(take).join(', ')}` });
    return call(take[kind], { caller, params: { role, name: fields.get('name') ?? '' } });
  };
  const edit: ItemWork = ({ caller, form: fields }, role) =>
    call('roles.update', {
      caller,
      params: { role },
      body: { description: fields.get('description') ?? '', scopes: scopesIn(fields.get('scopes') ?? '') },
    });

  async function make(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { caller, form: fields } = visitor;
    const name = (fields.get('name') ?? '').trim();
    const body = { name, description: fields.get('description') ?? '', scopes: scopesIn(fields.get('scopes') ?? '') };
    const work = (): Promise<unknown> => call('roles.create', { caller, params: {}, body });
    await doForm(ctx, work, `${pathOf('roles', name)}?done=made`, (problem) => list(ctx, visitor, problem));
  }

  const at = '/hub/admin/roles';
  return (router) => {
    router.get(at, (ctx) => visitDesk(parts, ctx).then((visitor) => visitor && list(ctx, visitor)));
    router.post(at, make);
    router.get(`${at}/:name`, (ctx) =>
      visitDesk(parts, ctx).then((visitor) => visitor && show(ctx, visitor, nameIn(ctx))),
    );
    router.post(`${at}/:name/edit`, form('saved', edit));
    for (const kind of Object.keys(give) as HolderKind[])
      router.post(`${at}/:name/give-${kind}`, form('granted', giveTo(kind)));
    router.post(`${at}/:name/take`, form('ungranted', takeFrom));
    router.post(
      `${at}/:name/delete`,
      form('gone', ({ caller }, role) => call('roles.delete', { caller, params: { role } }), true),
    );
  };
}

function isHolder(kind: string): kind is HolderKind {
  return Object.hasOwn(take, kind);
}

/** One a line, or between spaces and commas. */
function scopesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/))].filter((scope) => scope !== '');
}
