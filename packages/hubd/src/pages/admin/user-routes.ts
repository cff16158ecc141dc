import type { Router } from '@koa/router';
import { type RoleModel, serverUnit, type TokenModel, TshubError, type UserModel } from '@tshub/contract';
import type { Context } from 'koa';
import { hasSome } from '../../access/require.ts';
import { neverStarted } from '../../servers/servers-view.ts';
import type { User } from '../../users/user.ts';
import type { Html } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { PagesParts } from '../parts.ts';
import { activitySection } from './activity-part.ts';
import { visibleTo } from './activity-routes.ts';
import { type DeskVisit, sendDeskPage, visitDesk } from './desk.ts';
import { doForm, noticeOf } from './forms.ts';
import { groupNames } from './group-names.ts';
import type { Loads } from './load.ts';
import { userPath } from './server-part.ts';
import { deleteUserPage, userPage } from './user-page.ts';
import { showServer } from './users-routes.ts';
import { nameIn } from './paths.ts';

/** What was done of late, as far as the page shows it. */
const entriesShown = 10;

type Work = (visitor: DeskVisit, user: string) => Promise<unknown>;

/** `/hub/admin/users/NAME`: one user, and what can be changed about them. */
export function makeUserPage(parts: PagesParts, frame: PageFrame, loads: Loads): (router: Router) => void {
  const { access, servers, admin } = parts;
  const { call } = admin;

  async function show(ctx: Context, visitor: DeskVisit, name: string, problem?: string): Promise<void> {
    const { caller, desk } = visitor;
    const { json } = await call('users.get', { caller, params: { user: name } });
    const model = json as UserModel & { name: string };
    const user = await known(parts, name);
    const resource = access.user(user.name);
    const visible = serversOf(parts, user).filter((server) =>
      desk.may('read:servers', access.server(user.name, server.name)),
    );
    const tokens = desk.may('read:tokens', resource)
      ? ((await call('tokens.list', { caller, params: { user: name } })).json as { api_tokens: TokenModel[] })
          .api_tokens
      : undefined;
    const grant = desk.may('admin:roles', { kind: 'none' });
    const body = userPage(desk, noticeOf(desk, ctx, problem), {
      model,
      servers: await Promise.all(visible.map((server) => showServer(parts, loads, server))),
      tokens,
      may: {
        edit: desk.may('admin:users', resource),
        delete: desk.may('delete:users', resource),
        revoke: desk.may('tokens', resource),
        grant,
        join: hasSome(caller.scopes, 'groups'),
      },
      groups: await groupNames(parts, caller),
      roles: grant
        ? ((await call('roles.list', { caller, params: {} })).json as RoleModel[]).map((role) => role.name)
        : [],
      activity: desk.may('admin:users', resource) && (await activityOf(visitor, user.name)),
    });
    sendDeskPage(frame, ctx, visitor, { section: 'users', title: user.name, body });
  }

  async function activityOf({ desk, caller }: DeskVisit, user: string): Promise<Html> {
    // Whoever manages some only sees what was done to this one; whoever manages all, also what they did.
    const visible = visibleTo(caller);
    const only = visible.only === undefined ? {} : { only: { users: [user], groups: [] } };
    const entries = await admin.audit.list({ user, kind: null, before: null, limit: entriesShown, ...only });
    return activitySection(desk, user, entries);
  }

  const page = async (ctx: Context): Promise<void> => {
    const visitor = await visitDesk(parts, ctx);
    if (visitor !== undefined) await show(ctx, visitor, nameIn(ctx));
  };

  /** A form of the page: `work` may say under which name the user is found afterwards. */
  const form =
    (done: string, work: Work) =>
    async (ctx: Context): Promise<void> => {
      const visitor = await visitDesk(parts, ctx);
      if (visitor === undefined) return;
      const name = nameIn(ctx);
      let now = name;
      await doForm(
        ctx,
        async () => {
          const renamed = await work(visitor, name);
          if (typeof renamed === 'string') now = renamed;
        },
        () => `${userPath(now)}?done=${done}`,
        (problem) => show(ctx, visitor, name, problem),
      );
    };

  const edit: Work = async ({ caller, form: fields }, user) => {
    const { json } = await call('users.update', {
      caller,
      params: { user },
      body: { name: (fields.get('name') ?? '').trim(), admin: fields.get('admin') === '1' },
    });
    return (json as UserModel).name;
  };
  const inGroup =
    (name: 'groups.addUsers' | 'groups.removeUsers'): Work =>
    async ({ caller, form: fields }, user) => {
      const group = (fields.get('group') ?? '').trim();
      await call(name, { caller, params: { group }, body: { users: [user] } });
    };
  const holder =
    (name: 'roles.grantUser' | 'roles.revokeUser'): Work =>
    async ({ caller, form: fields }, user) => {
      await call(name, { caller, params: { role: (fields.get('role') ?? '').trim(), name: user } });
    };
  const revoke: Work = async ({ caller, form: fields }, user) => {
    await call('tokens.revoke', { caller, params: { user, token: fields.get('token') ?? '' } });
  };

  async function confirmDelete(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor !== undefined) await askDelete(ctx, visitor, nameIn(ctx));
  }

  async function askDelete(ctx: Context, visitor: DeskVisit, name: string, problem?: string): Promise<void> {
    const { desk } = visitor;
    if (!desk.may('delete:users', access.user(name))) throw new TshubError('not_accessible');
    const user = await known(parts, name);
    const running = servers.ofUser(user.id).filter(({ active }) => active).length;
    const body = deleteUserPage(desk, noticeOf(desk, ctx, problem), user.name, running);
    sendDeskPage(frame, ctx, visitor, { section: 'users', title: desk.say.user.deleteOf(user.name), body });
  }

  async function remove(ctx: Context): Promise<void> {
    const visitor = await visitDesk(parts, ctx);
    if (visitor === undefined) return;
    const { caller, form: fields, desk } = visitor;
    const user = nameIn(ctx);
    const work = async (): Promise<void> => {
      if ((fields.get('confirm') ?? '').trim() !== user)
        throw new TshubError('bad_request', { problem: desk.say.user.deleteMistyped(user) });
      await call('users.delete', { caller, params: { user } });
    };
    await doForm(ctx, work, '/hub/admin?done=deleted', (problem) => askDelete(ctx, visitor, user, problem));
  }

  return (router) => {
    const at = '/hub/admin/users/:name';
    router.get(at, page);
    router.get(`${at}/delete`, confirmDelete);
    router.post(`${at}/delete`, remove);
    router.post(`${at}/edit`, form('saved', edit));
    router.post(`${at}/grant`, form('granted', holder('roles.grantUser')));
    router.post(`${at}/join`, form('joined', inGroup('groups.addUsers')));
    router.post(`${at}/leave`, form('left', inGroup('groups.removeUsers')));
    router.post(`${at}/revoke`, form('revoked', revoke));
    router.post(`${at}/ungrant`, form('ungranted', holder('roles.revokeUser')));
  };
}

/** The default server first, whether it was ever started or not. */
function serversOf({ servers }: Pick<PagesParts, 'servers'>, user: User) {
  const own = servers.ofUser(user.id);
  const main = own.find(({ name }) => name === '') ?? neverStarted(user.id, user.name, serverUnit(user.name, ''));
  return [main, ...own.filter(({ name }) => name !== '').toSorted((a, b) => (a.name < b.name ? -1 : 1))];
}

/** Only after a scope about this name was found to be held: who does not exist looks like who may not be seen. */
async function known({ users }: Pick<PagesParts, 'users'>, name: string): Promise<User> {
  const user = await users.byName(name);
  if (user === undefined) throw new TshubError('not_accessible');
  return user;
}
