import type { Router } from '@koa/router';
import { type GroupModel, TshubError } from '@tshub/contract';
import type { Context } from 'koa';
import { filterGroup } from '../../access/filter.ts';
import { listable, requireScope } from '../../access/require.ts';
import type { ScopeSet } from '../../caller/caller.ts';
import type { Group } from '../../groups/group.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { firstQuery } from '../visit.ts';
import { type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { doForm, noticeOf } from './forms.ts';
import { groupPage } from './group-page.ts';
import { groupsPage } from './groups-page.ts';
import { type ItemWork, itemForms } from './item-forms.ts';
import { nameIn, numberIn, pathOf } from './paths.ts';

const pageSize = 50;
/** Members that the page of a group shows; all of them are in the list of users. */
const mostMembers = 50;

/** `/hub/admin/groups` and the page of each. */
export function makeGroupPages(parts: PagesParts, frame: PageFrame): (router: Router) => void {
  const { admin } = parts;
  const { call, directory } = admin;

  /** Who is in it is asked of the database page by page: a model with all its members would grow with them. */
  const shown = (group: Group, scopes: ScopeSet): (GroupModel & { readonly name: string }) | null => {
    const { name, properties } = group;
    const roles = [...directory.rolesOf('group', name)].toSorted();
    const model = filterGroup({ kind: 'group', name, roles, users: [], properties: { ...properties } }, scopes);
    return model === null ? null : { ...model, name };
  };

  async function list(ctx: Context, visitor: DeskVisit, problem?: string): Promise<void> {
    const { desk, caller } = visitor;
    const only = listable(caller, 'list:groups', ['group']);
    const name = (firstQuery(ctx, 'name_filter') ?? '').trim();
    const offset = numberIn(firstQuery(ctx, 'offset'), 0);
    const sort = firstQuery(ctx, 'sort') === '-name' ? '-name' : 'name';
    const query = { offset, limit: pageSize, sort, nameFilter: name } as const;
    const { groups, total } = await admin.groups.list(only === 'all' ? query : { ...query, only: only.group });
    const rows = groups.flatMap((group) => {
      const model = shown(group, caller.scopes);
      const size = model?.users === undefined ? null : directory.membersOf(group.name).size;
      return model === null ? [] : [{ model, size, managed: group.managed }];
    });
    const body = groupsPage(desk, noticeOf(desk, ctx, problem), {
      groups: rows,
      name,
      sort,
      offset,
      limit: pageSize,
      total,
    });
    sendDeskPage(frame, ctx, visitor, { section: 'groups', title: desk.say.tabs.groups, body });
  }

  async function show(ctx: Context, visitor: DeskVisit, name: string, problem?: string): Promise<void> {
    const { desk, caller } = visitor;
    const resource = { kind: 'group', group: name } as const;
    requireScope(caller, ['read:groups', 'read:groups:name', 'read:roles:groups'], resource);
    const group = await admin.groups.byName(name);
    const model = group === undefined ? null : shown(group, caller.scopes);
    if (group === undefined || model === null) throw new TshubError('group_unknown', { group: name });
    const grant = desk.may('admin:roles', { kind: 'none' });
    const body = groupPage(desk, noticeOf(desk, ctx, problem), {
      model,
      managed: group.managed,
      members: model.users === undefined ? undefined : await firstMembers(name),
      size: directory.membersOf(name).size,
      may: { change: desk.may('groups', resource), delete: desk.may('delete:groups', resource), grant },
      roles: grant ? admin.roles.list().map((role) => role.name) : [],
    });
    sendDeskPage(frame, ctx, visitor, { section: 'groups', title: name, body });
  }

  async function firstMembers(group: string): Promise<string[]> {
    const search = { order: 'name', name: '', state: 'any', group, onlyAdmins: false } as const;
    return (await admin.usersPages.page(search, null, mostMembers)).users.map(({ name }) => name);
  }

  const form = itemForms(parts, 'groups', show);
  const users =
    (name: 'groups.addUsers' | 'groups.removeUsers'): ItemWork =>
    ({ caller, form: fields }, group) =>
      call(name, { caller, params: { group }, body: { users: [(fields.get('user') ?? '').trim()] } });
  const role =
    (name: 'roles.grantGroup' | 'roles.revokeGroup'): ItemWork =>
    ({ caller, form: fields }, group) =>
      call(name, { caller, params: { role: (fields.get('role') ?? '').trim(), name: group } });
  const properties: ItemWork = ({ caller, form: fields, desk }, group) =>
    call('groups.setProperties', {
      caller,
      params: { group },
      body: readJson(fields.get('properties') ?? '', desk.say.groups.notJson),
    });

  async function make(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { caller, form: fields } = visitor;
    const group = (fields.get('name') ?? '').trim();
    const work = (): Promise<unknown> => call('groups.create', { caller, params: { group }, body: {} });
    await doForm(ctx, work, `${pathOf('groups', group)}?done=made`, (problem) => list(ctx, visitor, problem));
  }

  const at = '/hub/admin/groups';
  return (router) => {
    router.get(at, (ctx) => visitDesk(parts, ctx).then((visitor) => visitor && list(ctx, visitor)));
    router.post(at, make);
    router.get(`${at}/:name`, (ctx) =>
      visitDesk(parts, ctx).then((visitor) => visitor && show(ctx, visitor, nameIn(ctx))),
    );
    router.post(`${at}/:name/add`, form('joined', users('groups.addUsers')));
    router.post(`${at}/:name/remove`, form('left', users('groups.removeUsers')));
    router.post(`${at}/:name/grant`, form('granted', role('roles.grantGroup')));
    router.post(`${at}/:name/ungrant`, form('ungranted', role('roles.revokeGroup')));
    router.post(`${at}/:name/properties`, form('saved', properties));
    router.post(
      `${at}/:name/delete`,
      form('gone', ({ caller }, group) => call('groups.delete', { caller, params: { group } }), true),
    );
  };
}

function readJson(text: string, problem: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text) as unknown;
  } catch (cause) {
    throw new TshubError('bad_request', { problem }, { cause });
  }
}
